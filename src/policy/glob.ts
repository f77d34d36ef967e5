/** Globs of user parts and variable names: what is wrong with one that could never mean what was meant. */

/** Brackets without their other half are plain text to picomatch: they would match nothing, without a word. */
export function globProblem(glob: string): string | undefined {
  const plain = glob.replace(/\\./gs, '');
  if (plain.endsWith('\\')) return 'ends with a "\\" that escapes nothing';
  const rest = withoutClasses(plain);
  if (/[[\]]/.test(rest)) return 'has a "[" or "]" without its other half';
  return undefined;
}

/** Without "[a-z]" and the like; a class has at least one character. */
export function withoutClasses(glob: string): string {
  return glob.replace(/\[[!^]?[^[\]]+\]/g, '?');
}
