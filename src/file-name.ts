/** Turns users' texts into parts of file names that every file system accepts. Pure. */

/**
 * Keeps letters, digits, "_" and ".", and replaces everything else by hyphens. The result may be empty.
 * @param longest in bytes: a file name may have 255
 */
export function fileNamePart(text: string, longest: number): string {
  const safe = text.replaceAll(/[^\p{L}\p{N}_.]+/gu, '-').replaceAll(/^[-.]+|[-.]+$/g, '');
  let part = '';
  let bytes = 0;
  for (const char of safe) {
    bytes += Buffer.byteLength(char);
    if (bytes > longest) break;
    part += char;
  }
  return part;
}
