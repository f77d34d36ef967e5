/** The parts of a report page: packed, in the page as long as they are few bytes, else in files beside it. */
import { closeSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { openNew } from '../../ordinary-file.js';
import { partId } from '../../story/page-data.js';

const packed = promisify(gzip);

/** The most bytes of parts inside a page: mail and web servers take no more. */
const LARGEST_PAGE = 30_000_000;

export class Parts {
  readonly #page: string;
  readonly #makeFolder: (folder: string) => void;
  readonly #most: number;
  readonly #packing: Promise<void>[] = [];
  readonly #texts = new Map<number, string>();
  #count = 0;
  #bytes = 0;
  #isBeside = false;

  /**
   * @param page path of the page. @param makeFolder makes the folder of the files beside it. @param most bytes in base64
   * up to which the page holds its parts itself
   */
  constructor(page: string, makeFolder: (folder: string) => void, most = LARGEST_PAGE) {
    this.#page = page;
    this.#makeFolder = makeFolder;
    this.#most = most;
  }

  /** @returns the number of the part. It is packed while the run goes on. */
  add(content: string | Uint8Array): number {
    const part = this.#count++;
    this.#packing.push(
      packed(content).then((bytes) => {
        this.#keep(part, bytes.toString('base64'));
      }),
    );
    return part;
  }

  /** Waits until all are packed. @returns elements for the page, and the name of the folder that has them instead */
  async end(): Promise<{ elements: string; folder?: string }> {
    await Promise.all(this.#packing);
    if (this.#isBeside) return { elements: '', folder: basename(this.#folder) };
    const elements = [...this.#texts].map(
      ([part, text]) => `<script type="text/plain" id="${partId(part)}">${text}</script>\n`,
    );
    return { elements: elements.join('') };
  }

  get #folder(): string {
    const name = basename(this.#page).replace(/\.html?$/i, '');
    return join(dirname(this.#page), `${name}-data`);
  }

  #keep(part: number, text: string): void {
    this.#bytes += text.length;
    this.#texts.set(part, text);
    if (!this.#isBeside && this.#bytes <= this.#most) return;
    if (!this.#isBeside) this.#makeFolder(this.#folder);
    this.#isBeside = true;
    for (const [number, one] of this.#texts) this.#write(number, one);
    this.#texts.clear();
  }

  /** Writes a part as a script, because a page that was opened from a disk may load scripts, but no data. */
  #write(part: number, text: string): void {
    const file = openNew(join(this.#folder, `${partId(part)}.js`), true);
    try {
      writeFileSync(file, `offhookPart(${part},"${text}")\n`);
    } finally {
      closeSync(file);
    }
  }
}
