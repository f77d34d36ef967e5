/**
 * Names whose values are secret. One list for variables, options, header fields, JSON, XML,
 * forms and queries.
 */

const SECRET_WORD =
  /^(?:PASS|PW|PWD|PIN|CREDENTIALS?|CREDS|COOKIES?|BEARER|JWT)$|(?:PASSWD|PASSWORD|PASSPHRASE|PASSCODE|SECRETS?|TOKENS?|APIKEY|ACCESSKEY|PRIVATEKEY|AUTHKEY|AUTHORIZATION)$/;
/** "api key", "machine key"; a key alone may be one of a phone, and these are no secrets. */
const OPEN_KEY =
  /^(?:PRIMARY|FOREIGN|SORT|PARTITION|PUBLIC|CACHE|HOT|DTMF|PHONE|PRESSED|ROUTING|IDEMPOTENCY|TRANSLATION|LOOKUP|OBJECT)$/;
/** These name where a secret is, or something about it. */
const ABOUT =
  /^(?:FILE|FILES|PATH|DIR|FOLDER|SOCK|TTL|LENGTH|SIZE|TIMEOUT|EXPIRES?|EXPIRY|NAME|USER|TYPE|COUNT|ENABLED|REQUIRED|ALGORITHM|VERSION)$/;
/** The shell's own: folders. */
const FOLDERS = new Set(['PWD', 'OLDPWD', 'INIT_CWD']);

/** Names judged before: every event of a run brings the same few. */
const judged = new Map<string, boolean>();
/** Names of strangers must not fill the memory. */
const MOST_JUDGED = 2000;
const LONGEST_NAME = 200;

/** "A_PASS", "apiKey", "X-Auth-Token", "PGPASSWORD", "Authorization"; not "TOKEN_TTL", "KEY_FILE", "key" or "PWD". */
export function isSecretName(name: string): boolean {
  let isSecret = judged.get(name);
  if (isSecret !== undefined) return isSecret;
  isSecret = judge(name);
  if (name.length <= LONGEST_NAME) {
    if (judged.size >= MOST_JUDGED) judged.clear();
    judged.set(name, isSecret);
  }
  return isSecret;
}

function judge(name: string): boolean {
  if (FOLDERS.has(name)) return false;
  const words = name
    .slice(0, LONGEST_NAME)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
  if (ABOUT.test(words.at(-1) ?? '')) return false;
  return words.some(
    (word, index) => SECRET_WORD.test(word) || (/^KEYS?$/.test(word) && isSecretKey(words, index)),
  );
}

function isSecretKey(words: readonly string[], index: number): boolean {
  return words.length > 1 && !OPEN_KEY.test(words[index - 1] ?? '');
}

/** Values of the variables so named. */
export function secretValues(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
}
