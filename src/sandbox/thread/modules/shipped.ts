/**
 * Modules that Offhook brings along for scenarios, such as `offhook/modes`. They lie among the guest's modules and are loaded
 * like those: no folder has to be readable for them, and the place of a failure in one of them is the line of the script
 * that called it (docs/decisions/0039).
 */

/** The name a script imports, and that of its module among the guest's. */
const SHIPPED: Readonly<Record<string, string>> = {
  'offhook/modes': 'offhook:modes/modes.js',
};
const PREFIX = 'offhook/';

export function shippedModule(specifier: string): string | undefined {
  return Object.hasOwn(SHIPPED, specifier) ? SHIPPED[specifier] : undefined;
}

/** The name a script imports such a module by. */
export function shippedName(module: string): string | undefined {
  return Object.keys(SHIPPED).find((name) => SHIPPED[name] === module);
}

/** Whether the name has the prefix of Offhook's modules, but none has that name. */
export function isUnknownShipped(specifier: string): boolean {
  return specifier.startsWith(PREFIX) && shippedModule(specifier) === undefined;
}

export const SHIPPED_HINT = `there is ${Object.keys(SHIPPED)
  .map((name) => `"${name}"`)
  .join(', ')}; agent, assert and all the others are there without an import`;

/** The names that a module exports, by its source as the build writes it. */
export function exportsOf(source: string): readonly string[] {
  return [...source.matchAll(/export\s*\{([^}]*)\}/g)].flatMap(([, list = '']) =>
    list
      .split(',')
      .map((one) => one.trim().replace(/^.*\sas\s+/, ''))
      .filter((one) => one !== ''),
  );
}
