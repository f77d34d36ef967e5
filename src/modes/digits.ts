/** The digits of a DTMF test: which digits to send, and whether the received ones match them. */

/**
 * Random digits, one of them twice in a row to expose a receiver that drops equal digits. Letters, `*` and `#` are left out, because
 * systems on the way may act on them.
 */
export function randomDigits(length: number): string {
  const digit = (but: string): string => {
    const others = Array.from('0123456789').filter((one) => one !== but);
    return others[Math.floor(Math.random() * others.length)] ?? '0';
  };
  const twice = length < 2 ? 0 : 1 + Math.floor(Math.random() * (length - 1));
  let digits = '';
  for (let at = 0; at < length; at += 1) {
    const before = digits.at(-1) ?? '';
    digits += at > 0 && at === twice ? before : digit(before);
  }
  return digits;
}

/** `partly`: right so far, and more has to come. */
export type Verdict = 'whole' | 'partly' | 'wrong';

/** @param mayRepeat a digit may have come several times for one that was sent */
export function judge(sent: string, received: string, mayRepeat: boolean): Verdict {
  if (received === sent) return 'whole';
  if (!mayRepeat) return sent.startsWith(received) ? 'partly' : 'wrong';
  const wanted = runsOf(sent);
  const got = runsOf(received);
  const last = got.length - 1;
  const fits = got.every(({ digit, times }, at) => {
    const run = wanted[at];
    return run?.digit === digit && (times >= run.times || at === last);
  });
  if (!fits) return 'wrong';
  const isWhole =
    got.length === wanted.length && (got[last]?.times ?? 0) >= (wanted[last]?.times ?? 0);
  return isWhole ? 'whole' : 'partly';
}

function runsOf(digits: string): readonly { digit: string; times: number }[] {
  return [...digits.matchAll(/(.)\1*/g)].map(([run, digit = '']) => ({
    digit,
    times: run.length,
  }));
}

/** Where the received digits part from the sent ones, in words. */
export function difference(sent: string, received: string): string {
  const at = Array.from(received).findIndex((digit, index) => digit !== sent[index]);
  if (at < 0)
    return received === '' ? 'none came' : `${sent.length - received.length} missing at the end`;
  if (at >= sent.length) return `${received.length - sent.length} too many`;
  return `digit ${at + 1} is ${received[at] ?? ''} instead of ${sent[at] ?? ''}`;
}
