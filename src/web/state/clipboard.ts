/** @returns whether the text is on the clipboard now */
export async function copyText(text: string): Promise<boolean> {
  // absent where the page is no secure context, such as on a plain HTTP server
  const clipboard = navigator.clipboard as Clipboard | undefined;
  try {
    if (clipboard === undefined) return copySelection(text);
    await clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text);
  }
}

/** Deprecated, but its successor does not work in such places. */
const old: { execCommand: (command: string) => boolean } = document;

function copySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.setAttribute('aria-hidden', 'true');
  field.className = 'off-screen';
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const isCopied = old.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
