/**
 * `lines` of a project file: the phone lines that its scenarios reach by their names. Texts may name variables, which each
 * scenario puts in by env() when it asks for the line, so that whatever limits env() limits these, too.
 */
import { isSecretName } from '../model/secret-names.js';

/** A variable by which a program that starts runs, such as the monitor, names the file whose `lines` count. */
export const LINES_FILE = 'OFFHOOK_LINES_FILE';

/** Lines by name, as the file says them: `default` is one of them, and texts still name variables. */
export type LinesData = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const VARIABLE = /\$\{(\w+)\}/g;

/** Names of the variables that their texts name. */
export function variablesOfLines(lines: LinesData): readonly string[] {
  return [...JSON.stringify(lines).matchAll(VARIABLE)].map(([, name = '']) => name);
}

/** Texts that no output may show: of options named like secrets what is written out, and what their variables hold. */
export function secretsOfLines(
  lines: LinesData,
  variables: Readonly<Record<string, string>>,
): readonly string[] {
  const secrets = Object.values(lines).flatMap((line) =>
    Object.entries(line).flatMap(([name, value]) =>
      isSecretName(name) && typeof value === 'string' ? [value] : [],
    ),
  );
  return secrets.flatMap((text) => {
    const names = [...text.matchAll(VARIABLE)].map(([, name = '']) => name);
    if (names.some((name) => variables[name] === undefined)) return [];
    return [text.replace(VARIABLE, (_, name: string) => variables[name] ?? '')];
  });
}
