/**
 * The recordings baresip makes of an agent's calls: one file for each direction of each start of media,
 * growing by every frame. Knows how sndfile names them on each version and what it does wrong; not their
 * audio.
 */
import type { AudioStream, StreamWish } from '../../agents/user-agent.js';
import {
  existsSync,
  linkSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import type { SipMessage } from '../../sip/sip-message.js';
import { openCalls, type AgentState } from '../../model/agent-state.js';
import { hasCapability } from '../capabilities.js';
import { DumpOwner, type Owner } from './dump-owner.js';
import type { CtrlEvent } from '../wire/events.js';
import type { Ground } from '../ground.js';

/**
 * Limit for both directions of one agent, on disk. opus is written as 48 kHz stereo: 192 kB a second and
 * direction.
 */
const DISK_LIMIT = 256 * 1024 * 1024;
/** Files are emptied from this size on, if no reader needs them: 4 minutes of a PCMU call. */
const EMPTIED_FROM = 4 * 1024 * 1024;
const LOOK_MS = 3000;
/** Number of seconds ahead for which links block file names. */
const AHEAD_S = 10;
/** Number of names remembered: a name holds the second, so older names do not come again. */
const NAMES_KEPT = 64;
/** Only this pattern: no other file of the folder is taken for a dump, whatever a line says. */
const DUMP_LINE = /^sndfile: dumping (en|de)code audio to \.\/(dump-[^/]*-(?:enc|dec)\.wav)$/;

const MIXED =
  'calls of the agent began at the same moment, and baresip mixes their recordings: such a call cannot be heard until it is held and resumed';

type Direction = AudioStream['direction'];
type Told = (stream: AudioStream) => void;
type Ours = Pick<Ground, 'folder' | 'dumps' | 'context'>;

/** The agent whose calls are recorded. */
interface Agent {
  readonly state: AgentState;
  readonly process: { readonly pid: number };
  emit(event: { type: 'warning'; text: string }): number;
}

export class Dumps {
  readonly #agent: Agent;
  readonly #ground: Ours;
  readonly #limit: number;
  readonly #streams: AudioStream[] = [];
  readonly #listeners: Told[] = [];
  readonly #owner: DumpOwner;
  /** The owners of files that were announced; the key is the name of the file. */
  readonly #announced = new Map<string, Promise<Owner>[]>();
  /** The streams whose file had the name that is the key. */
  readonly #opened = new Map<string, Promise<readonly AudioStream[]>[]>();
  #files = 0;
  #timer: NodeJS.Timeout | undefined;
  /** The links that block file names, with the second that is in the name. */
  readonly #inTheWay: { second: number; path: string }[] = [];
  #blocked = 0;
  readonly #wishes: StreamWish[] = [];

  constructor(agent: Agent, ground: Ours, limit = DISK_LIMIT) {
    this.#limit = limit;
    this.#agent = agent;
    this.#ground = ground;
    this.#owner = new DumpOwner(agent);
    if (!ground.dumps) return;
    this.look();
    this.#timer = setInterval(() => {
      this.look();
    }, LOOK_MS).unref();
  }

  /** Reports every stream, present and future. */
  listen(told: Told, wish: StreamWish): void {
    this.#wishes.push(wish);
    const listener: Told = (stream) => {
      if (wish.sent || stream.direction === 'received') told(stream);
    };
    this.#listeners.push(listener);
    for (const stream of this.#streams) listener(stream);
  }

  /** Takes every message of the SIP trace, in its place among the lines. */
  message(message: SipMessage): void {
    this.#owner.message(message);
  }

  /** Takes the event CALL_MENC. */
  encrypted(event: CtrlEvent): void {
    this.#owner.encrypted(event);
  }

  /** Takes a line of baresip's log. */
  line(text: string): void {
    this.#owner.line(text);
    const found = DUMP_LINE.exec(text);
    if (found === null) return;
    const [, coder, name = ''] = found;
    const direction = coder === 'en' ? 'sent' : 'received';
    const { folder, context } = this.#ground;
    const written = join(folder, name);
    if (existsSync(written)) {
      // A name of its own keeps the next file of the same second from overwriting it.
      const path = join(folder, `${direction}-${this.#files}.wav`);
      this.#files += 1;
      renameSync(written, path);
      const owners = this.#announced.get(name) ?? [this.#owner.now()];
      this.#announced.delete(name);
      keep(this.#opened, name, this.#begin(owners, direction, path));
    } else if (hasCapability(context.binary.version, 'dumps_announced')) {
      // The file comes with the first frame, and the same line is logged again then.
      keep(this.#announced, name, this.#owner.now());
    } else {
      void this.#again(name, direction);
    }
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #begin(
    owners: readonly Promise<Owner>[],
    direction: Direction,
    path: string,
    shared = false,
  ): Promise<readonly AudioStream[]> {
    const at = performance.now();
    const open = openCalls(this.#agent.state).map(({ id }) => id);
    const found = await Promise.all(owners);
    const meant = new Set(found.flatMap((owner) => owner ?? this.#replaced(direction) ?? []));
    // A call that ended before its first frame has no file: the one of that name is another call's.
    const alive = [...meant].filter((id) => open.includes(id));
    const calls = alive.length > 0 ? new Set(alive) : meant;
    // Calls with the same other side, announced within one second: their files have the same name.
    const doubt = shared || calls.size > 1;
    if (calls.size > 1) this.#warn(MIXED);
    const streams = [...calls].map((call): AudioStream => {
      return { call, direction, path, at, ...(doubt ? { lost: 'shared' } : {}) };
    });
    this.#streams.push(...streams);
    for (const stream of streams) for (const told of this.#listeners) told(stream);
    return streams;
  }

  /**
   * Handles a name that baresip logs again although no file has it: baresip opened the file before we renamed
   * it, so both are the same file. Either the same call closed and reopened it, or two calls write into it.
   */
  async #again(name: string, direction: Direction): Promise<void> {
    const now = this.#owner.now();
    const before = (await Promise.all(this.#opened.get(name) ?? [])).flat();
    const owner = (await now) ?? this.#replaced(direction);
    const last = before.at(-1);
    if (last === undefined || (last.call === owner && this.#writers(last.path) < 2)) return;
    // If a third stream followed, it may have taken the second one's place.
    const first = before.findIndex((one) => this.#writers(one.path) > 1);
    for (const one of before.slice(Math.max(0, first))) one.lost ??= 'shared';
    this.#warn(MIXED);
    keep(this.#opened, name, this.#begin([now], direction, last.path, true));
  }

  /** The only call without an open file for that direction; undefined, with a warning, unless there is exactly one. */
  #replaced(direction: Direction): Owner {
    const calls = openCalls(this.#agent.state).filter(({ id, facts }) => {
      const last = this.#streams.findLast((one) => one.call === id && one.direction === direction);
      return facts.media !== undefined && (last === undefined || this.#writers(last.path) === 0);
    });
    const [only, ...others] = calls;
    if (only !== undefined && others.length === 0) return only.id;
    this.#warn(
      `a recording was ignored, as its call is not known (calls without a recording: ${calls.length})`,
    );
    return undefined;
  }

  /** Returns how many times baresip has the file open; 0 if the system does not show that. */
  #writers(path: string): number {
    try {
      const folder = `/proc/${this.#agent.process.pid}/fd`;
      const name = `/${basename(path)}`;
      return readdirSync(folder).filter((fd) => linkOf(join(folder, fd)).endsWith(name)).length;
    } catch {
      return 0;
    }
  }

  #warn(what: string): void {
    this.#agent.emit({ type: 'warning', text: `audio: ${what}` });
  }

  /** Runs every 3 s: blocks file names, frees disk space and keeps to the limit. */
  look(): void {
    if (!hasCapability(this.#ground.context.binary.version, 'filters_after_hold')) this.#block();
    if (!this.#wishes.some(({ sent }) => sent)) {
      for (const one of this.#streams) if (one.direction === 'sent') truncate(one.path);
    }
    const size = this.#streams.reduce((sum, { path }) => sum + allocated(path), 0);
    if (size >= this.#limit) this.#giveUp();
    else if (size >= EMPTIED_FROM && this.#released()) this.#empty();
  }

  /** Whether no reader needs what the files hold: each reads to the end first. */
  #released(): boolean {
    return this.#wishes.every(({ release }) => release?.() ?? true);
  }

  #empty(): void {
    for (const { path } of this.#streams) truncate(path);
  }

  /** Drops what was recorded so far. Readers are not asked first, because reading that much would take too long. */
  #giveUp(): void {
    for (const one of this.#streams) one.lost ??= 'limit';
    this.#empty();
    const limit = `${this.#limit / 1024 / 1024} MiB`;
    this.#warn(`the recordings reached ${limit} on disk (limit) and were dropped`);
  }

  /**
   * Before 2.0 baresip sets up the filters of a call again after a hold only if no filter is left on the
   * sending side; otherwise received audio is no longer written. A link that leads nowhere, under the name of the sent file,
   * prevents that filter.
   */
  #block(): void {
    const now = Math.floor(Date.now() / 1000);
    for (let second = Math.max(now, this.#blocked + 1); second <= now + AHEAD_S; second += 1) {
      const path = join(this.#ground.folder, sentName(second));
      if (tryToLink(path, this.#inTheWay.at(-1)?.path)) this.#inTheWay.push({ second, path });
    }
    this.#blocked = now + AHEAD_S;
    const current = this.#inTheWay.findIndex(({ second }) => second >= now - AHEAD_S);
    for (const { path } of this.#inTheWay.splice(0, current)) rmSync(path, { force: true });
  }
}

/** The name that baresip gives to the file of what is sent, if media start in that second of its local time. */
export function sentName(second: number): string {
  const at = new Date(second * 1000);
  const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()];
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()];
  const stamp = [...date, ...time].map((one) => String(one).padStart(2, '0')).join('-');
  return `dump-${stamp}-enc.wav`;
}

/**
 * Makes a link through which no file can be made. Returns false if that fails, because media that have just started made
 * a file of that name, or because the folder is gone. `other`: such a link, which gets one more name where the file system
 * allows that: to make a file of its own takes the system much longer.
 */
function tryToLink(path: string, other: string | undefined): boolean {
  if (other !== undefined && succeeds(linkSync, other, path)) return true;
  return succeeds(symlinkSync, '/dev/null/none', path);
}

function succeeds(link: (to: string, path: string) => void, to: string, path: string): boolean {
  try {
    link(to, path);
    return true;
  } catch {
    return false;
  }
}

/** Frees the disk space: the writer goes on at its offset, and everything before becomes a hole. */
function truncate(path: string): void {
  if (allocated(path) > 0) truncateSync(path);
}

function allocated(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
}

function keep<T>(all: Map<string, T[]>, name: string, one: T): void {
  all.set(name, [...(all.get(name) ?? []), one]);
  const [oldest] = all.keys();
  if (all.size > NAMES_KEPT && oldest !== undefined) all.delete(oldest);
}

/** "" for a file that was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
