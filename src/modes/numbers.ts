/** Telephone numbers as they are written, dialled and shown, in the international form of E.164. */
import { show } from '../sandbox/guest/assert/show.js';
import { NUMBERING_PLANS, type NumberingPlan, unknownPlan } from './numbering-plans.js';
import { flag, readOptions, type Check } from './options.js';
import { argumentProblem, hintOf, messageOf } from './problem.js';

/** Where numbers are dialled: what a number without country or area code means. */
export interface Dialplan {
  /** Country code, `"49"`: 1 (North America), 33, 44 and 49 are known with their prefixes. */
  readonly country: string;
  /** Area code without the trunk prefix, `"30"`, for numbers that have none. */
  readonly city?: string;
  /** What is dialled before a country code; default: that of the country (`"00"`, in North America `"011"`). */
  readonly international?: string;
  /** What is dialled before an area code; default: that of the country (`"0"`, in North America `"1"`); `""` for none. */
  readonly national?: string;
  /** Whether letters stand for digits, as on the keys of a telephone (ITU-T E.161): 1-800-FLOWERS. Default: no. */
  readonly letters?: boolean;
}

/** A number may have that many digits (ITU-T E.164, 6.2.1). */
const MOST_DIGITS = 15;
const KEYS = ['ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'];

const digits = (what: string, pattern: RegExp): Check<string> => ({
  takes: `text with ${what}`,
  read: (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined),
});
const DIALPLAN = {
  country: digits('the digits of a country code such as "49"', /^[1-9]\d{0,2}$/),
  city: digits('the digits of an area code without its prefix, such as "30"', /^\d{1,6}$/),
  international: digits('digits such as "00"', /^\d{1,5}$/),
  national: digits('digits such as "0", or ""', /^\d{0,3}$/),
  letters: flag,
};

/** @throws E_ARGUMENT */
function readDialplan(owner: string, given: unknown): Dialplan {
  const plan = readOptions(owner, given, DIALPLAN);
  const { country } = plan;
  if (country === undefined) {
    throw argumentProblem(
      { subject: owner, what: '"country" is missing' },
      'name the country the number is dialled in: { country: "49", city: "30" }',
    );
  }
  const isKnown = Object.hasOwn(NUMBERING_PLANS, country);
  if (!isKnown && (plan.international === undefined || plan.national === undefined)) {
    throw argumentProblem(
      { subject: owner, what: `the prefixes of country ${country} are not known` },
      `give "international" and "national" (known are ${Object.keys(NUMBERING_PLANS).join(', ')})`,
    );
  }
  return { ...plan, country };
}

/**
 * The number in the form of E.164: "+", country code, national number. Takes what people and switches write: blanks, dots,
 * dashes, slashes, brackets, "(0)", a `tel:` or `sip:` URI, with or without display name and parameters. A number that
 * begins with "+" or its dialled form needs no dialplan.
 * @throws E_ARGUMENT for what is no number, or not one of that country
 */
export function normalize_number(text: string, dialplan?: Dialplan): string {
  const owner = 'normalize_number';
  if (typeof (text as unknown) !== 'string') {
    throw argumentProblem(
      { subject: owner, what: 'the number must be text', seen: show(text) },
      'write it in quotes: a number loses its leading 0',
    );
  }
  const plan = dialplan === undefined ? undefined : readDialplan(owner, dialplan);
  const refuse = (what: string, hint: string): Error =>
    argumentProblem({ subject: owner, what: `${show(text)} ${what}` }, hint);
  const bare = bareNumber(text, plan, refuse);
  if (bare.startsWith('+')) return international(bare.slice(1), refuse);
  if (plan === undefined) {
    throw refuse(
      'has no country code',
      'say where it is dialled: normalize_number(text, { country: "49", city: "30" })',
    );
  }
  return dialled(bare, plan, refuse);
}

type Refuse = (what: string, hint: string) => Error;

/** The number alone: digits, with "+" in front where it is international. */
function bareNumber(text: string, plan: Dialplan | undefined, refuse: Refuse): string {
  let rest = userPart(text);
  if (rest === '') throw refuse('is empty', 'give a telephone number');
  if (/[*#]/.test(rest)) throw refuse('is a service code', 'codes with * and # belong to no line');
  rest = rest.replaceAll(/[\s.\-/\u2010-\u2015\u00a0\u202f]/g, '');
  rest = rest.replace(/^(\+\d{1,3})\(0\)/, '$1').replaceAll(/[()[\]]/g, '');
  if (/[a-z]/i.test(rest)) {
    if (!/\d/.test(rest)) throw refuse('is a name, and no number', 'give a telephone number');
    if (plan?.letters !== true) {
      throw refuse(
        'has letters',
        'let them stand for digits with { letters: true }, or leave them out',
      );
    }
    rest = rest.replaceAll(/[a-z]/gi, (letter) =>
      String(KEYS.findIndex((key) => key.includes(letter.toUpperCase())) + 2),
    );
  }
  const odd = /[^\d+]/u.exec(rest) ?? (/.\+/.test(rest) ? ['+'] : undefined);
  if (odd !== undefined) {
    throw refuse(`has "${odd[0]}" where a digit should be`, 'write digits, with "+" only in front');
  }
  return rest;
}

/** What stands for the number in a URI, in a From header, or alone. */
function userPart(text: string): string {
  const inBrackets = /<([^<>]*)>/.exec(text)?.[1];
  const uri = (inBrackets ?? text).trim();
  const [, scheme = '', rest = ''] = /^(sips?|tel):(.*)$/is.exec(uri) ?? [undefined, '', uri];
  if (scheme === '') return rest;
  const [user = ''] = scheme.toLowerCase() === 'tel' ? [rest] : rest.split('@', 1);
  const [number = '', ...parameters] = user.split(';');
  const context = parameters
    .map((one) => /^phone-context=(\+[\d.()-]+)$/i.exec(one)?.[1])
    .find((one) => one !== undefined);
  const plain = number.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  // A context that is a prefix completes a local number (RFC 3966, 5.1.5).
  return context !== undefined && !plain.startsWith('+') ? context + plain : plain;
}

/** @param number country code and national number. */
function international(number: string, refuse: Refuse): string {
  if (number.length > MOST_DIGITS) {
    throw refuse(
      `has ${number.length} digits after the "+"`,
      `a number has at most ${MOST_DIGITS} digits (ITU-T E.164)`,
    );
  }
  if (number.length < 5 || number.startsWith('0')) {
    throw refuse(
      'is no international number',
      'write a country code, which does not begin with 0, and a national number',
    );
  }
  const country = Object.keys(NUMBERING_PLANS).find((code) => number.startsWith(code));
  const plan = country === undefined ? undefined : NUMBERING_PLANS[country];
  if (country !== undefined && plan !== undefined) {
    fitting(number.slice(country.length), plan, refuse);
  }
  return `+${number}`;
}

/** A number as it is dialled in that place. */
function dialled(number: string, dialplan: Dialplan, refuse: Refuse): string {
  const { country, city } = dialplan;
  const known = NUMBERING_PLANS[country];
  const plan: NumberingPlan = {
    ...(known ?? unknownPlan(dialplan.international ?? '', dialplan.national ?? '')),
    ...(dialplan.international === undefined ? {} : { international: dialplan.international }),
    ...(dialplan.national === undefined ? {} : { national: dialplan.national }),
  };
  if (number.startsWith(plan.international)) {
    return international(number.slice(plan.international.length), refuse);
  }
  if (plan.short.test(number)) {
    throw refuse(
      `is a short number of ${plan.name}`,
      'emergency and service numbers have no international form',
    );
  }
  const { national } = plan;
  if (national === '') return complete(country, number, plan, refuse);
  if (number.startsWith(national)) {
    return complete(country, number.slice(national.length), plan, refuse);
  }
  // In North America and France a whole number is dialled without its prefix, too.
  const isWhole = country === '1' || !plan.has_local_numbers;
  if (isWhole && plan.number.test(number)) return complete(country, number, plan, refuse);
  if (!plan.has_local_numbers || !plan.local.test(number)) {
    throw refuse(
      `is no number of ${plan.name}`,
      `after "${national}", a national number has ${plan.words}`,
    );
  }
  if (city === undefined) {
    throw refuse('has no area code', 'say in which city it is dialled: { country, city }');
  }
  return complete(country, city + number, plan, refuse);
}

function complete(country: string, number: string, plan: NumberingPlan, refuse: Refuse): string {
  fitting(number, plan, refuse);
  if (country.length + number.length > MOST_DIGITS) {
    throw refuse('is too long', `a number has at most ${MOST_DIGITS} digits (ITU-T E.164)`);
  }
  return `+${country}${number}`;
}

function fitting(number: string, plan: NumberingPlan, refuse: Refuse): void {
  if (plan.number.test(number)) return;
  const isTrunk = plan.national === '0' && number.startsWith('0');
  throw refuse(
    isTrunk ? 'has a 0 after the country code' : `is no number of ${plan.name}`,
    isTrunk
      ? `leave it out: the trunk prefix of ${plan.name} is not part of the number`
      : `after the country code, a number of ${plan.name} has ${plan.words}`,
  );
}

/**
 * Why a caller's number is not the expected one; undefined where it is. An expected number with "+" must be the same in
 * the form of E.164; any other one, an extension, has to be the end of what was seen.
 */
export function callerIdProblem(
  seen: string,
  expected: string,
  dialplan: Dialplan | undefined,
): { what: string; hint: string } | undefined {
  if (!expected.startsWith('+')) {
    if (expected !== '' && plainText(seen).endsWith(plainText(expected))) return undefined;
    return { what: `${show(seen)} does not end in ${show(expected)}`, hint: WRONG_ID };
  }
  const wanted = normalize_number(expected);
  let number: string;
  try {
    number = normalize_number(seen, dialplan);
  } catch (error) {
    const why = messageOf(error).replace('normalize_number: ', '');
    return {
      what: `${show(expected)} was expected: ${why}`,
      hint:
        dialplan === undefined
          ? 'give the option "dialplan" where numbers come without country code, or switch the check off'
          : (hintOf(error) ?? WRONG_ID),
    };
  }
  if (number === wanted) return undefined;
  const form = number === seen ? '' : `, which is ${number}`;
  return { what: `${show(seen)}${form}, instead of ${wanted}`, hint: WRONG_ID };
}

const WRONG_ID =
  'look at the From header of the INVITE in the report: who changed it, or did somebody else call?';

function plainText(text: string): string {
  return text.replaceAll(/[\s.\-/()]/g, '');
}

/** Other tables of options check a plan by it. */
export const DIALPLAN_CHECK: Check<Dialplan> = {
  takes: 'an object such as { country: "49", city: "30" }',
  read: (value) => readDialplan('dialplan', value),
};
