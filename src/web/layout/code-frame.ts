/** Lines of a source around a place. */
export interface FrameLine {
  number: number;
  text: string;
  isMarked: boolean;
}

const AROUND = 3;

export function codeFrame(source: string, line: number, around = AROUND): FrameLine[] {
  const lines = source.split(/\r?\n/);
  const from = Math.max(1, line - around);
  return lines
    .slice(from - 1, line + around)
    .map((text, index) => ({ number: from + index, text, isMarked: from + index === line }));
}

/** The path of a location as people know it: as its scenario shows it, else the bare name of the file. */
export function shownFile(file: string, shown: readonly string[]): string {
  const path = file.replaceAll('\\', '/');
  const known = shown.find((one) => path.endsWith(`/${one.replace(/^(\.\.?\/)+/, '')}`));
  return known ?? path.slice(path.lastIndexOf('/') + 1);
}
