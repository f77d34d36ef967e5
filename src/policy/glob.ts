/** Globs of user parts and variable names: explains globs that cannot work as their author meant. */

/** Unbalanced brackets are plain text to picomatch: they would silently match nothing. */
export function globProblem(glob: string): string | undefined {
  const plain = glob.replace(/\\./gs, '');
  if (plain.endsWith('\\')) return 'ends with a "\\" that escapes nothing';
  const rest = withoutClasses(plain);
  if (/[[\]]/.test(rest)) return 'has a "[" or "]" without its other half';
  return undefined;
}

/** @returns the glob with "?" in place of "[a-z]" and the like; a class has at least one character */
export function withoutClasses(glob: string): string {
  return glob.replace(/\[[!^]?[^[\]]+\]/g, '?');
}
