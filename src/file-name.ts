/** Texts of users as parts of file names that every file system takes. Pure. */

/**
 * Letters, digits, "_" and "."; a hyphen stands for anything else. May be empty. @param longest in bytes: a name
 * of a file may have 255
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
