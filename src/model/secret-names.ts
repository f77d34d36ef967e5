/** Which names say that what they name is secret: of variables, options and headers. */

const SECRET_WORD =
  /^(?:PASS|PW|PWD|PIN|KEYS?|CREDENTIALS?|CREDS|COOKIES?)$|(?:PASSWD|PASSWORD|PASSPHRASE|PASSCODE|SECRETS?|TOKENS?|APIKEY|ACCESSKEY|PRIVATEKEY|AUTHKEY)$/;
/** These name where a secret is, or something about it. */
const ABOUT =
  /^(?:FILE|FILES|PATH|DIR|FOLDER|SOCK|TTL|LENGTH|SIZE|TIMEOUT|EXPIRES?|EXPIRY|NAME|USER|TYPE|COUNT|ENABLED|REQUIRED|ALGORITHM|VERSION)$/;
/** The shell's own: folders. */
const FOLDERS = new Set(['PWD', 'OLDPWD', 'INIT_CWD']);

/** "A_PASS", "apiKey", "X-Auth-Token", "PGPASSWORD"; not "TOKEN_TTL", "KEY_FILE" or "PWD". */
export function isSecretName(name: string): boolean {
  if (FOLDERS.has(name)) return false;
  const words = name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
  if (ABOUT.test(words.at(-1) ?? '')) return false;
  return words.some((word) => SECRET_WORD.test(word));
}

/** Values of the variables so named. */
export function secretValues(variables: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(variables).flatMap(([name, value]) => (isSecretName(name) ? [value] : []));
}
