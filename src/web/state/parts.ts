/** Parts of the page: gzip in base64, in elements of it or in files beside it (src/story/page-data.ts). */
import { partId } from '../../story/page-data.js';

declare global {
  interface Window {
    /** Called by the files of the folder beside the page. */
    offhookPart?: (part: number, base64: string) => void;
  }
}

const LONGEST_LOAD_MS = 30_000;
const waiting = new Map<number, (base64: string) => void>();

/** Octets of a part. @throws Error in words for the reader */
export async function readPart(
  part: number,
  folder: string | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  await wholePage();
  const element = document.getElementById(partId(part));
  if (element !== null) return unpacked(element.textContent);
  if (folder === undefined) throw new Error(`the page is not whole: part ${part} is missing`);
  return unpacked(await loaded(part, folder));
}

/** Parts stand behind the script, so that the page shows something before they have been read. */
async function wholePage(): Promise<void> {
  if (document.readyState !== 'loading') return;
  await new Promise((resolve) => {
    document.addEventListener('DOMContentLoaded', resolve, { once: true });
  });
}

export async function readText(part: number, folder: string | undefined): Promise<string> {
  return new TextDecoder().decode(await readPart(part, folder));
}

/** fetch() does not read files beside a page that was opened as a file; a script element does. */
function loaded(part: number, folder: string): Promise<string> {
  window.offhookPart = (one, base64) => {
    waiting.get(one)?.(base64);
  };
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    const file = `${folder}/${partId(part)}.js`;
    const fail = (): void => {
      waiting.delete(part);
      reject(new Error(`cannot read ${file}: keep that folder beside the page`));
    };
    const timer = setTimeout(fail, LONGEST_LOAD_MS);
    waiting.set(part, (base64) => {
      clearTimeout(timer);
      waiting.delete(part);
      script.remove();
      resolve(base64);
    });
    script.onerror = fail;
    script.src = file.split('/').map(encodeURIComponent).join('/');
    document.head.append(script);
  });
}

async function unpacked(base64: string): Promise<Uint8Array<ArrayBuffer>> {
  const packed = octetsOf(base64.trim());
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function octetsOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const octets = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) octets[index] = text.charCodeAt(index);
  return octets;
}
