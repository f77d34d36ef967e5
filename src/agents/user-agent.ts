/** What one user agent is to those who use it: its options, its surroundings, its verbs. Types only. */
import type { SipMessage } from '../sip/sip-message.js';
import type { OffhookError } from '../errors.js';
import type { AgentEvent } from '../model/agent-event.js';
import type { AgentState } from '../model/agent-state.js';
import type { AgentOptions as ScriptOptions } from '../schema/types.gen.js';

/** The account options of the contract, already validated. Times in seconds, as on the wire. */
export type AgentOptions = Omit<ScriptOptions, 'metadata'> & {
  /** No option of a script: the policy's. A REFER is declined (RFC 3515, 2.4.2). */
  refuse_refer?: true;
};

/** Who sends something. `routed`: through a proxy or registrar, which may read the URI in its own way. */
export interface Caller {
  readonly routed: boolean;
}

/** What an agent may send is somebody else's to decide. */
export interface SipGuard {
  /** Throws the denial of what a verb is about to send to. */
  target(uri: string, caller: Caller, verb: string): void;
  /** The denial of what has been sent, whoever made the agent send it: the agent is ended. */
  sent(message: SipMessage, caller: Caller): OffhookError | undefined;
  /** The denial of a call that baresip places to that URI although its trace shows no INVITE of it. */
  unseen(uri: string): OffhookError | undefined;
}

/** Where an agent reports to while it lives. */
export interface AgentContext {
  /** Appends to the scenario's log and returns its seq. `at`: when it happened, of performance.now(); else now. */
  emit(event: AgentEvent, at?: number): number;
  /** Every SIP message sent and received, as it is read; `at`: when it was written. */
  sip(message: SipMessage, raw: string, at: number): void;
  /** The agent's own output, escape codes removed, without SIP messages. */
  log(line: string): void;
  /** Without one everything may be sent. */
  guard?: SipGuard;
}

/** What is to be sent: 8 kHz, one channel. */
export interface Sound {
  /** In the script's words: "tone(440)". */
  readonly text: string;
  readonly samples: Int16Array;
  /** Again and again, until something else is sent; else silence follows. */
  readonly repeats: boolean;
  /** What was done to make it of what the script gave: "48 kHz to 8 kHz". */
  readonly note?: string;
}

/** A WAV file that grows: its header's length is wrong, everything behind it is right. */
export interface AudioStream {
  /** The Call-ID. */
  readonly call: string;
  readonly direction: 'sent' | 'received';
  readonly path: string;
  /** performance.now() when the agent said it has begun. */
  readonly at: number;
  /**
   * Why it cannot be read, or not any more. `limit`: its beginning was given up, because of the space it took.
   * `shared`: the audio of another call may be in it.
   */
  lost?: 'limit' | 'shared';
}

/** How a call is refused. Without any of it with 486, in the agent's words. */
export interface Refusal {
  code?: number | undefined;
  reason?: string | undefined;
}

export type DialTarget = { agent: UserAgent } | { uri: string } | { number: string };

/** `seq` of the log entry that is the verb's local effect; `value`: what the verb returns to the script. */
export interface Done {
  seq: number;
  value?: unknown;
}

export interface UserAgent {
  readonly name: string;
  readonly aor: string;
  readonly pid: number;
  /** Fold over every event so far (head). */
  readonly state: AgentState;
  /** URI another agent on this host can dial directly. */
  readonly contact: string;
  /** Reached by its contact, not through a registrar. */
  readonly serverless: boolean;
  register(limitMs: number): Promise<Done>;
  unregister(limitMs: number): Promise<Done>;
  dial(target: DialTarget, limitMs: number): Promise<Done & { call: string }>;
  accept(call: string | undefined, limitMs: number): Promise<Done>;
  hangup(call: string | undefined, limitMs: number): Promise<Done>;
  hold(call: string | undefined, limitMs: number): Promise<Done>;
  resume(call: string | undefined, limitMs: number): Promise<Done>;
  mute(call: string | undefined, limitMs: number): Promise<Done>;
  unmute(call: string | undefined, limitMs: number): Promise<Done>;
  /** From now on RTP packets are counted; resolves when the calls there are have been looked at. */
  watchRtp(): Promise<void>;
  /** Sends that to all calls from now on; undefined: silence. A file's end is an event. */
  sendAudio(sound: Sound | undefined, limitMs: number): Promise<Done>;
  /** Whether what is received is written down: decided at the start (option `audio`). */
  readonly hearing: boolean;
  /** Tells of every audio stream from now on, and of those there are; `sent`: of those sent, too. */
  listen(told: (stream: AudioStream) => void, want: { sent: boolean }): void;
  dtmf(
    digits: string,
    gapMs: number | undefined,
    call: string | undefined,
    limitMs: number,
  ): Promise<Done>;
  message(target: DialTarget, text: string, limitMs: number): Promise<Done>;
  ping(target: DialTarget, limitMs: number): Promise<Done>;
  reject(call: string | undefined, limitMs: number, refusal?: Refusal): Promise<Done>;
  /** Answers every further incoming call with that code, until told to stop. */
  respondIncoming(refusal: Refusal): Done;
  stopResponding(): Done;
  transfer(target: DialTarget, call: string | undefined, limitMs: number): Promise<Done>;
  attendedTransfer(target: DialTarget, call: string | undefined, limitMs: number): Promise<Done>;
  completeTransfer(limitMs: number): Promise<Done>;
  abortTransfer(limitMs: number): Promise<Done>;
  /** Idempotent: BYE, un-REGISTER, end of the process with limits; folder and ports released. */
  stop(): Promise<void>;
}
