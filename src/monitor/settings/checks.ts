/** What is wrong with single texts of the settings. */
import { Cron } from 'croner';

export function cronProblem(text: string): string | undefined {
  const fields = text.trim().split(/\s+/).length;
  const isName = text.startsWith('@');
  if (!isName && (fields < 5 || fields > 6)) {
    const has = fields === 1 ? '1 field' : `${fields} fields`;
    return `is not a cron pattern: it has ${has}, and needs 5 (minute hour day month weekday) or 6 (seconds in front)`;
  }
  try {
    const cron = new Cron(text, { paused: true });
    return cron.nextRun() === null ? 'is a cron pattern that never matches' : undefined;
  } catch (error) {
    const why =
      error instanceof Error
        ? error.message.replace(/^\w+Error: /, '').replace(/^CronPattern: /, '')
        : '';
    return `is not a cron pattern (minute hour day month weekday, or seconds in front of these): ${why}`;
  }
}

export function timezoneProblem(text: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return undefined;
  } catch {
    return 'must be a time zone such as "Europe/Berlin" or "UTC"';
  }
}

export function urlProblem(...schemes: readonly string[]): (text: string) => string | undefined {
  return (text) => {
    const scheme = URL.canParse(text) ? new URL(text).protocol.replace(':', '') : '';
    return schemes.includes(scheme)
      ? undefined
      : `must be an address that begins with ${schemes.map((one) => `${one}://`).join(' or ')}`;
  };
}

/** A moment: "2026-12-24T18:00:00+01:00". */
export function momentProblem(text: string): string | undefined {
  const isWhole = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text);
  return isWhole && !Number.isNaN(Date.parse(text))
    ? undefined
    : 'must be a time with its offset, such as "2026-12-24T18:00:00+01:00"';
}

export function tokenProblem(text: string): string | undefined {
  return /^[\x21-\x7e]{16,}$/.test(text)
    ? undefined
    : 'must have at least 16 characters of ASCII without spaces: try openssl rand -hex 24';
}

export function lineProblem(text: string): string | undefined {
  return /[\r\n]/.test(text) || text !== text.trim()
    ? 'must be one line, without spaces around it'
    : undefined;
}

/** The value of a header of HTTP (RFC 9110, section 5.5). */
export function headerProblem(text: string): string | undefined {
  return /^[\x21-\x7e\u0080-\u00ff](?:[\t\x20-\x7e\u0080-\u00ff]*[\x21-\x7e\u0080-\u00ff])?$/.test(
    text,
  )
    ? undefined
    : 'must be the value of a header: one line of Latin-1, without spaces around it';
}

/** Where the history is: a folder, or a database whose kind is known. */
export function storeProblem(text: string): string | undefined {
  const [, scheme, rest] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  if (!/^postgres(ql)?$/.test(scheme)) {
    return `must be a folder, or an address that begins with postgres://; ${scheme}:// is not known`;
  }
  return rest !== '' && URL.canParse(text)
    ? undefined
    : 'must name the server and the database: postgres://USER:PASSWORD@HOST/NAME';
}
