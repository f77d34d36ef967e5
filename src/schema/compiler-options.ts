/**
 * What the TypeScript compiler is told about scenarios: the only place that says it. Editors read it in the jsconfig.json of
 * `offhook init` and `offhook definitions`, `offhook check --types` hands it to the compiler.
 */
import { SCRIPT_ENDINGS } from './script-files.js';

export const COMPILER_OPTIONS = {
  allowJs: true,
  checkJs: true,
  noEmit: true,
  strict: true,
  // plain JavaScript has no place to write a parameter's type
  noImplicitAny: false,
  target: 'ES2023',
  // scenarios see no Node.js and no browser
  lib: ['ES2023'],
  types: [],
  module: 'ESNext',
  moduleResolution: 'Bundler',
  moduleDetection: 'force',
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  // an import of a type without the word "type" fails in a run, too
  verbatimModuleSyntax: true,
  skipLibCheck: true,
} as const;

/** Files of a folder that an editor looks at. */
const INCLUDED = SCRIPT_ENDINGS.map((ending) => `**/*${ending}`);

/**
 * A jsconfig.json or tsconfig.json for the folder of scenarios that has offhook.d.ts. `enum` and such do not run: the
 * compiler knows that from version 5.8 on, and `offhook check` by itself.
 */
export function editorConfigText(): string {
  const compilerOptions = { ...COMPILER_OPTIONS, erasableSyntaxOnly: true };
  const text = JSON.stringify({ compilerOptions, include: INCLUDED }, null, 2);
  // a list on one line, as people write it
  return `${text.replace(/\[\s+([^\]]+?)\s+\]/g, (_, list: string) => `[${list.replace(/\s+/g, ' ')}]`)}\n`;
}
