/**
 * Where a run is told to people: its lines and, on a terminal, the live line below them. Reports that share the
 * stream, such as the ladder, write through it, so that nobody's lines run into another's.
 */
import type { RunEvent } from '../../model/run-event.js';
import { Activity } from './activity.js';
import { LiveStatus } from './live-status.js';
import { TurnBuffer, type Output } from '../output.js';
import { Page, palette, type ColourLevel } from '../lines/page.js';
import { StillRunning } from './still-running.js';

export interface TerminalOptions {
  output: Output;
  /** chalk's level; 0 = no colour codes. */
  colour?: ColourLevel;
  /** Clock of the live line, in ms. */
  now?: () => number;
  /** false: a recorded run, of which nothing is going on. */
  live?: boolean;
}

export class Terminal {
  readonly page: Page;
  /** The same stream for others that write to it (--sip-trace). */
  readonly output: Output;
  readonly #target: Output;
  readonly #buffer: TurnBuffer;
  readonly #now: () => number;
  readonly #isLive: boolean;
  #activity: Activity | undefined;
  #status: LiveStatus | undefined;
  #still: StillRunning | undefined;

  constructor({ output, colour = 0, now, live = true }: TerminalOptions) {
    this.#target = output;
    this.#now = now ?? (() => performance.now());
    this.#isLive = live;
    this.#buffer = new TurnBuffer((text) => {
      this.#status?.clear();
      output.write(text);
    });
    const write = (text: string): void => {
      this.#buffer.write(text);
    };
    const columns = (): number | undefined => output.columns;
    this.page = new Page(write, palette(colour), columns);
    this.output = {
      write,
      get columns() {
        return output.columns;
      },
    };
  }

  get isTTY(): boolean {
    return this.#target.isTTY === true;
  }

  /** Tells what goes on besides the lines. `overview`: how far the run is, even where one scenario runs at a time. */
  live(overview = false): void {
    if (!this.#isLive) return;
    const now = this.#now;
    this.#activity = new Activity(now);
    if (this.isTTY) {
      const options = { now, overview };
      this.#status = new LiveStatus(this.#target, this.page.palette, this.#activity, options);
      return;
    }
    const print = (text: string): void => {
      this.page.line(text, { style: this.page.palette.dim });
    };
    this.#still = new StillRunning(this.#activity, print, now);
  }

  on(event: RunEvent): void {
    this.#activity?.on(event);
    this.#status?.on(event);
    if (event.type === 'run_finished') this.#still?.stop();
  }

  /** Another stream on the same terminal (stderr), written to without running into the live line. */
  beside(stream: Output): Output {
    return {
      write: (text) => {
        this.#buffer.flush();
        this.#status?.clear();
        stream.write(text);
      },
      get columns() {
        return stream.columns;
      },
      finish: () => stream.finish?.() ?? Promise.resolve(),
    };
  }

  close(): Promise<void> {
    this.#still?.stop();
    this.#buffer.flush();
    this.#status?.stop();
    return this.#target.finish?.() ?? Promise.resolve();
  }
}
