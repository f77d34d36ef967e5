/** Which files are scripts, by the endings of their names: every place that asks for one asks here. */

/** Names of scripts end like this; messages propose the endings in this order. */
export const SCRIPT_ENDINGS = ['.js', '.mjs', '.ts', '.mts'] as const;
/** The endings as messages list them. */
export const SCRIPT_ENDINGS_IN_WORDS = '.js, .mjs, .ts or .mts';

/** A declaration file (.d.ts) holds nothing that runs. */
const SCRIPT = /\.m?js$|(?<!\.d)\.m?ts$/;
const DECLARATIONS = /\.d\.m?ts$/;

export function isScript(path: string): boolean {
  return SCRIPT.test(path);
}

export function isTypeScript(path: string): boolean {
  return SCRIPT.test(path) && path.endsWith('ts');
}

export function isDeclarations(path: string): boolean {
  return DECLARATIONS.test(path);
}

/** "tests/call" for "tests/call.ts". */
export function withoutScriptEnding(path: string): string {
  return path.replace(SCRIPT, '');
}

/** What compilers of TypeScript make of a name: "./login.js" is written where the file is "./login.ts". */
export function typeScriptTwin(path: string): string {
  return path.replace(/js$/, 'ts');
}
