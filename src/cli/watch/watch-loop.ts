/**
 * Decides what a watch runs and when: keys and changes of files become runs, one at a time. Knows no terminal and no
 * files: it gets both through `WatchWorld` and its methods.
 */
import { oneLine } from '../../story/printable.js';

/** Selects what runs of the watched files; an absent field excludes nothing. */
export interface WatchRun {
  /** Real paths of scenario files. */
  files?: ReadonlySet<string>;
  /** A pattern, as of --scenario. */
  scenario?: string;
  /** Keys of scenarios. */
  keys?: ReadonlySet<string>;
}

export interface WatchWorld {
  /** The scenario files that are there now, by their real paths. */
  find(): Promise<readonly string[]>;
  /** A scenario file's path as people know it. */
  shown(file: string): string;
  /** Whether a change concerns a scenario file, by all it was last collected from. */
  concerns(changed: ReadonlySet<string>, file: string): boolean;
  /** Runs; never rejects. @returns the scenarios that did not pass, and their files */
  run(what: WatchRun): Promise<{ keys: readonly string[]; files: readonly string[] }>;
  /** Aborts what runs. */
  abort(): void;
  print(text: string): void;
}

export const WATCH_KEYS = 'a all, f failed, p by file, t by name, Enter again, q quit';

const CTRL_C = '\u0003';
const BACKSPACE = new Set(['\u007f', '\b']);
const ENTER = new Set(['\r', '\n']);
const ESCAPE = '\u001b';

export class WatchLoop {
  readonly #world: WatchWorld;
  readonly #changed = new Set<string>();
  #known: ReadonlySet<string>;
  #failed: WatchRun = { files: new Set(), keys: new Set() };
  /** What was last asked for. */
  #last: WatchRun | undefined;
  /** What is asked for while something else runs. */
  #next: WatchRun | undefined;
  #running = false;
  #isOver = false;
  /** A pattern that is being typed, and what it is for. */
  #typed: { for: 'file' | 'scenario'; text: string } | undefined;
  #end: (how: 'quit' | 'interrupted') => void = () => undefined;
  readonly ended: Promise<'quit' | 'interrupted'>;

  constructor(world: WatchWorld, known: readonly string[]) {
    this.#world = world;
    this.#known = new Set(known);
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /** What the terminal gave: a key, several that came together, or the sequence of a key such as an arrow. */
  key(text: string): void {
    if (text.length > 1 && text.startsWith(ESCAPE)) return;
    for (const key of text) this.#one(key);
  }

  #one(key: string): void {
    if (key === CTRL_C) this.#stop('interrupted');
    else if (this.#typed !== undefined) this.#type(key);
    else if (key === 'q') this.#stop('quit');
    else if (key === 'a') this.#ask({});
    else if (key === 'f') this.#askFailed();
    else if (key === 'p') this.#prompt('file');
    else if (key === 't') this.#prompt('scenario');
    else if (ENTER.has(key)) this.#ask(this.#last ?? {});
    else if (key.trim() !== '') this.#world.print(`keys: ${WATCH_KEYS}`);
  }

  /** Files have changed, appeared or gone. */
  changed(paths: Iterable<string>): void {
    for (const path of paths) this.#changed.add(path);
    void this.#go();
  }

  #stop(how: 'quit' | 'interrupted'): void {
    this.#isOver = true;
    this.#world.abort();
    this.#end(how);
  }

  #prompt(what: 'file' | 'scenario'): void {
    this.#typed = { for: what, text: '' };
    const kind = what === 'file' ? 'a part of a file name' : 'a scenario: part, glob or re:REGEX';
    this.#world.print(`type ${kind}, then Enter (Escape cancels)`);
  }

  #type(key: string): void {
    const typed = this.#typed;
    if (typed === undefined) return;
    if (key === ESCAPE) this.#typed = undefined;
    else if (BACKSPACE.has(key)) typed.text = Array.from(typed.text).slice(0, -1).join('');
    else if (ENTER.has(key)) this.#typedAll(typed);
    else typed.text += key;
  }

  #typedAll(typed: { for: 'file' | 'scenario'; text: string }): void {
    this.#typed = undefined;
    const { text } = typed;
    if (text === '') return;
    if (typed.for === 'scenario') {
      this.#ask({ scenario: text });
      return;
    }
    const files = [...this.#known].filter((file) => this.#world.shown(file).includes(text));
    if (files.length > 0) this.#ask({ files: new Set(files) });
    else this.#world.print(`no file name contains "${oneLine(text)}"`);
  }

  #askFailed(): void {
    if (this.#failed.keys?.size === 0) this.#world.print('nothing failed in the last run');
    else this.#ask(this.#failed);
  }

  #ask(what: WatchRun): void {
    this.#next = what;
    this.#last = what;
    void this.#go();
  }

  /** Runs what was asked for and what has changed, until nothing is left. */
  async #go(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        const what = this.#next ?? (await this.#concerned());
        this.#next = undefined;
        if (what === undefined) break;
        const { keys, files } = await this.#world.run(what);
        if (this.#isOver) break;
        this.#failed = { keys: new Set(keys), files: new Set(files) };
        this.#world.print(`watching: ${WATCH_KEYS}`);
      }
    } finally {
      this.#running = false;
    }
  }

  /** Returns the files that the changes so far concern, and new files; undefined if there are none. */
  async #concerned(): Promise<WatchRun | undefined> {
    while (this.#changed.size > 0) {
      const changed = new Set(this.#changed);
      this.#changed.clear();
      const found = await this.#world.find();
      const files = found.filter(
        (file) =>
          changed.has(file) || !this.#known.has(file) || this.#world.concerns(changed, file),
      );
      this.#known = new Set(found);
      if (files.length > 0) return { files: new Set(files) };
    }
    return undefined;
  }
}
