/**
 * What baresip writes down of the audio of an agent's calls: one file for each direction of each start of
 * its media, growing by every frame. Knows how sndfile names them on which version and what it does wrong;
 * not what is in them.
 */
import { existsSync, mkdirSync, renameSync, rmdirSync, statSync, truncateSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { SipMessage } from '../model/agent-event.js';
import { openCalls, type AgentState } from '../model/agent-state.js';
import { hasCapability } from './capabilities.js';
import type { Ground } from './session.js';

/** A WAV file that grows: its header's length is wrong, everything behind it is right. */
export interface AudioStream {
  /** The Call-ID. */
  readonly call: string;
  readonly direction: 'sent' | 'received';
  readonly path: string;
  /** performance.now() when baresip said it has begun. */
  readonly at: number;
  /** Its beginning was given up, because of the limit: what is read from there on is silence. */
  trimmed: boolean;
}

/** Both directions of one agent, on disk. opus is written as 48 kHz stereo: 192 kB a second and direction. */
const DISK_LIMIT = 256 * 1024 * 1024;
const LOOK_MS = 3000;
/** Folders in the way of files, for so many seconds to come. */
const AHEAD_S = 10;

type Owner = Pick<Ground, 'folder' | 'audio' | 'context'>;
type Told = (stream: AudioStream) => void;

export class Dumps {
  readonly #owner: {
    readonly state: AgentState;
    emit(event: { type: 'warning'; text: string }): number;
  };
  readonly #ground: Owner;
  readonly #limit: number;
  readonly #streams: AudioStream[] = [];
  readonly #listeners: Told[] = [];
  /** Call of the last message about an INVITE: what starts media belongs to it. */
  #last = '';
  #timer: NodeJS.Timeout | undefined;
  /** Seconds whose folder there is, from the first on. */
  #unblocked = Math.floor(Date.now() / 1000);
  #blocked = 0;
  /** Whether somebody needs what is sent. */
  #keepsSent = false;

  constructor(
    owner: { readonly state: AgentState; emit(event: { type: 'warning'; text: string }): number },
    ground: Owner,
    limit = DISK_LIMIT,
  ) {
    this.#limit = limit;
    this.#owner = owner;
    this.#ground = ground;
    if (!ground.audio) return;
    this.look();
    this.#timer = setInterval(() => {
      this.look();
    }, LOOK_MS).unref();
  }

  /** Tells of every stream, also of those there are. `sent`: those that are sent are wanted too. */
  listen(told: Told, { sent }: { sent: boolean }): void {
    this.#keepsSent ||= sent;
    const listener: Told = (stream) => {
      if (sent || stream.direction === 'received') told(stream);
    };
    this.#listeners.push(listener);
    for (const stream of this.#streams) listener(stream);
  }

  message({ method, call_id }: SipMessage): void {
    if (method === 'INVITE' || method === 'ACK') this.#last = call_id;
  }

  /** A line of baresip's log. From 3.0 each file is told twice: only the second time it is there. */
  line(text: string): void {
    const found = /sndfile: dumping (en|de)code audio to (.*\.wav)$/.exec(text);
    if (found === null) return;
    const [, coder, name = ''] = found;
    const written = join(this.#ground.folder, basename(name));
    if (!existsSync(written)) return;
    // Names have seconds: under its own one, the next stream of the same second does not overwrite it.
    const direction = coder === 'en' ? 'sent' : 'received';
    const path = join(this.#ground.folder, `${direction}-${this.#streams.length}.wav`);
    renameSync(written, path);
    const call = this.#callOf(name);
    const stream = { call, direction, path, at: performance.now(), trimmed: false } as const;
    this.#streams.push(stream);
    for (const told of this.#listeners) told(stream);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  /** From 2.9 the name has the other side's URI; it counts where that is one call's alone. */
  #callOf(name: string): string {
    const open = openCalls(this.#owner.state);
    const named = open.filter(({ peer }) => name.includes(`=>${peer.uri}-`));
    return (named.length === 1 ? named[0]?.id : undefined) ?? this.#last;
  }

  /** Every 3 s: makes room, and keeps to the limit. */
  look(): void {
    if (!hasCapability(this.#ground.context.binary.version, 'filters_after_hold')) this.#block();
    if (!this.#keepsSent) {
      for (const one of this.#streams) if (one.direction === 'sent') truncate(one.path);
    }
    const size = this.#streams.reduce((sum, { path }) => sum + allocated(path), 0);
    if (size < this.#limit) return;
    for (const one of this.#streams) {
      one.trimmed = true;
      truncate(one.path);
    }
    const limit = `${this.#limit / 1024 / 1024} MB`;
    const text = `audio: more than ${limit} of it on disk (limit): what was heard so far is given up`;
    this.#owner.emit({ type: 'warning', text });
  }

  /**
   * Before 2.0 the filters of a call are set up again after a hold only if none is left on the sending side:
   * else nothing received is written any more. A folder where the file of the sending side would go keeps
   * it from having one.
   */
  #block(): void {
    const now = Math.floor(Date.now() / 1000);
    for (let at = Math.max(now, this.#blocked + 1); at <= now + AHEAD_S; at += 1) {
      mkdirSync(this.#inTheWay(at), { recursive: true });
    }
    this.#blocked = now + AHEAD_S;
    for (; this.#unblocked < now - AHEAD_S; this.#unblocked += 1)
      rmEmpty(this.#inTheWay(this.#unblocked));
  }

  #inTheWay(second: number): string {
    const at = new Date(second * 1000);
    // Local time, as baresip writes it.
    const date = [at.getFullYear(), at.getMonth() + 1, at.getDate()];
    const time = [at.getHours(), at.getMinutes(), at.getSeconds()];
    const stamp = [...date, ...time].map((one) => String(one).padStart(2, '0')).join('-');
    return join(this.#ground.folder, `dump-${stamp}-enc.wav`);
  }
}

/** The writer goes on where it was: what lies before becomes a hole, which needs no disk. */
function truncate(path: string): void {
  if (allocated(path) > 0) truncateSync(path);
}

function allocated(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
}

function rmEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // was never there
  }
}
