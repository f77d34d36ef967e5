/** The interface of a SIP user agent, whatever drives it: its options, what it reports to, what it can do. Types only. */
import type { SipMessage } from '../sip/sip-message.js';
import type { OffhookError } from '../errors.js';
import type { AgentEvent, LogEntry } from '../model/agent-event.js';
import type { AgentState } from '../model/agent-state.js';
import type { KeptAgent } from '../model/run-event.js';
import type {
  AgentOptions as ScriptOptions,
  DeflectOptions,
  HeaderOptions,
  OutgoingOptions,
  RecordOptions,
  TextOptions,
} from '../schema/types.gen.js';
import type { FunctionRow } from '../schema/rows.js';
import type {
  AGENT_VERBS,
  AgentVerb,
  DriverVerb,
  PEER_VERBS,
  PeerOwnVerb,
  PeerVerb,
} from '../schema/verbs.js';

/** The account options of the contract, already validated. Times in seconds, as on the wire. */
export type AgentOptions = Omit<ScriptOptions, 'metadata'> & {
  /** An option of the policy, not of a script: a REFER is declined (RFC 3515, 2.4.2). */
  refuse_refer?: true;
};

/** The sender of a request. `routed`: through a proxy or registrar, which may read the URI in its own way. */
export interface Caller {
  readonly routed: boolean;
}

/** Decides what an agent may send; the agent itself knows no rules. */
export interface SipGuard {
  /** Throws the denial if a verb must not send to that URI. */
  target(uri: string, caller: Caller, verb: string): void;
  /** Returns the denial of a message already sent, whoever caused it: the agent is then ended. */
  sent(message: SipMessage, caller: Caller): OffhookError | undefined;
  /**
   * Throws the denial of a request that a script wants to be sent; `remote` of the message is the next hop as its URI
   * names it. `isInDialog`: it goes the way of a dialog that was judged when it began.
   */
  sending(message: SipMessage, isInDialog: boolean, caller: Caller): void;
  /** Throws the denial of a response that a script wants to be sent. */
  answering(message: SipMessage): void;
  /** Throws the denial of octets that are about to be sent to "host:port;transport=...", whatever they hold. */
  octets(text: string, to: string, caller: Caller): void;
  /** Returns the denial of a call that baresip places to that URI although its trace shows no INVITE. */
  unseen(uri: string): OffhookError | undefined;
}

/** A file that configures an agent's program; it may hold secrets. */
export interface ConfigFile {
  name: string;
  text: string;
}

/** Where an agent reports to while it lives. */
export interface AgentContext {
  /** Appends to the scenario's log. `at`: when it happened (performance.now()), default now. @returns number and time there */
  emit(event: AgentEvent, at?: number): Pick<LogEntry, 'seq' | 'at'>;
  /** Origin of the log's times, and so of those in an agent's state, on the clock of performance.now(). */
  readonly began: number;
  /** Gets every SIP message sent and received, as it is read; `at`: when it was written. */
  sip(message: SipMessage, raw: string, at: number): void;
  /** Gets the agent's own output without escape codes and SIP messages. */
  log(line: string): void;
  /** Gets the files that configure the agent's program, when it starts. */
  config?(files: readonly ConfigFile[]): void;
  /** Where the video that the agent receives is saved, by the number of the call, from 1; absent: nowhere. */
  videoFile?(call: number): string;
  /** Judges what may be sent; without a guard everything may. */
  guard?: SipGuard;
}

/** Audio to be sent: 8 kHz, one channel. */
export interface Sound {
  /** The sound in the script's words: "tone(440)". */
  readonly text: string;
  readonly samples: Int16Array;
  /** Repeated until something else is sent; otherwise silence follows. */
  readonly repeats: boolean;
  /** How the script's audio was converted: "48 kHz to 8 kHz". */
  readonly note?: string;
}

/** A WAV file that grows: the length in its header is wrong, everything behind it is right. */
export interface AudioStream {
  /** The Call-ID. */
  readonly call: string;
  readonly direction: 'sent' | 'received';
  readonly path: string;
  /** When the agent reported the start of the stream (performance.now()). */
  readonly at: number;
  /** Label of the stream in the session description (RFC 4574). */
  readonly label?: string;
  /** Set for every stream but the call's first, which is the one used where no label is given. */
  readonly isFurther?: true;
  /**
   * Why the stream cannot be read, or not any more. `limit`: its beginning was dropped because of the space
   * it took. `shared`: it may hold the audio of another call.
   */
  lost?: 'limit' | 'shared';
}

/** A stream of a recording session. It sends `sound` or what the capture `replay` holds; without both, what all calls send. */
export interface RecordedStream {
  readonly label?: string;
  /** null: silence. */
  readonly sound?: Sound | null;
  readonly replay?: { readonly path: string; readonly real: string };
  /** The UDP port of the stream in the capture, at either end. */
  readonly port?: number;
  readonly delay_ms: number;
}

export interface StreamWish {
  /** Sent streams as well as received ones. */
  sent: boolean;
  /**
   * Called before large files are emptied: reads what they still hold and returns true, or returns false to
   * keep them. Without this function the files may be emptied at any time.
   */
  release?: () => boolean;
}

export type DialTarget = { agent: UserAgent } | { uri: string } | { number: string };

/**
 * The type a driver gets for an argument of each kind. Kinds that are not here describe audio: `hearing` judges it, and no
 * driver is given them.
 */
interface Kinds {
  target: DialTarget;
  /** The Call-ID; without it the driver chooses. */
  call: string;
  /** Milliseconds. */
  duration: number;
  integer: number;
  digits: string;
  text: string;
  string: string;
  hz: number;
  status_code: number;
  sip_method: string;
  event_package: string;
  reason_phrase: string;
  recording: { path: string; real: string };
  capture: { path: string; real: string };
  header_options: HeaderOptions;
  text_options: TextOptions;
  deflect_options: DeflectOptions;
  outgoing_options: OutgoingOptions;
  record_options: Omit<RecordOptions, 'streams'> & { readonly streams?: readonly RecordedStream[] };
}

type Params = FunctionRow['params'][number];
type Optional<P> = Extract<P, { optional: true }>;
type Value<P> = P extends { kind: keyof Kinds } ? Kinds[P['kind']] : unknown;

/** Arguments by the names of their parameters. */
type ByName<P extends Params> = {
  readonly [One in Exclude<P, Optional<P>> as One['name']]: Value<One>;
} & {
  readonly [One in Optional<P> as One['name']]?: Value<One> | undefined;
};

/** The arguments of a verb by the names of its row's parameters: `{ target: DialTarget }` for dial. */
export type VerbArguments<V extends AgentVerb> = ByName<(typeof AGENT_VERBS)[V]['params'][number]>;

/** The same of a verb of a peer. */
export type PeerArguments<V extends PeerVerb> = ByName<(typeof PEER_VERBS)[V]['params'][number]>;

/** `seq`: the log entry of the verb's local effect. `value`: what the verb returns to the script. */
export interface Done {
  seq: number;
  value?: unknown;
}

export interface UserAgent {
  readonly name: string;
  readonly aor: string;
  /** Fold over every event so far (head). */
  readonly state: AgentState;
  /** URI another agent on this host can dial directly. */
  readonly contact: string;
  /** The agent is reached by its contact, not through a registrar. */
  readonly serverless: boolean;
  /** Whether an INVITE may replace one of its calls (RFC 3891). */
  readonly takesReplaces: boolean;
  /** Counts RTP packets from now on; resolves when all present calls have been counted once. */
  watchRtp(): Promise<void>;
  /** Sends the sound to all calls from now on; undefined means silence. The end of a file is an event. */
  sendAudio(sound: Sound | undefined, limitMs: number): Promise<Done>;
  /** Whether received audio is recorded: always, unless the driver cannot or the option `audio` is false. */
  readonly hearing: boolean;
  /** Reports every audio stream, present and future. */
  listen(told: (stream: AudioStream) => void, want: StreamWish): void;
  /** Returns how somebody else can use the agent and take over its control connection; undefined: nobody else can use it. */
  lend(): KeptAgent | undefined;
  /** Idempotent: BYE, un-REGISTER, end of the process with limits; folder and ports released. */
  stop(): Promise<void>;
}

/** A user agent that is a phone: agent(). */
export interface Phone extends UserAgent {
  readonly pid: number;
  /** Carries out a verb; resolves once its local effect is in the log. */
  act<V extends DriverVerb>(verb: V, args: VerbArguments<V>, limitMs: number): Promise<Done>;
}

/** A user agent that does what it is told: peer(). */
export interface PeerAgent extends UserAgent {
  /** Carries out a verb; resolves once its local effect is in the log. */
  actAsPeer<V extends PeerOwnVerb>(verb: V, args: PeerArguments<V>, limitMs: number): Promise<Done>;
}
