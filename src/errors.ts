/**
 * Every error Offhook raises on purpose: its codes, what each means for verdict and exit code, and the
 * plain form that crosses threads. This file also runs inside QuickJS.
 */

/**
 * Whose fault an error is. `failed`: the system under test or the script; `errored`: Offhook or the
 * environment; `usage`: the command line, settings or scenario files; `internal`: a bug of ours.
 */
export type ErrorKind = 'failed' | 'errored' | 'usage' | 'internal';

export const EXIT = {
  passed: 0,
  failed: 1,
  usage: 2,
  environment: 3,
  internal: 70,
  interrupted: 130,
} as const;

/** code -> [kind, what it means]. docs/errors.md has one section for each; a test compares both ways. */
export const ERROR_CODES = {
  E_ASSERT: ['failed', 'An assertion did not hold.'],
  E_ASSERT_NO_MATCHER: ['failed', 'No matcher followed assert(value): it tested nothing.'],
  E_AWAIT_TIMEOUT: ['failed', 'The condition of await_until did not hold within its time.'],
  E_NEVER: ['failed', 'A condition came true that never() said must not.'],
  E_CONDITION: [
    'failed',
    'A condition called a verb or returned a promise, or its result proves nothing.',
  ],
  E_PARALLEL: [
    'failed',
    'Something in parallel() needs an answer, or an agent would do two things at once.',
  ],
  E_WAIT_DROPPED: ['failed', 'A call dropped while wait() was holding it.'],
  E_MEDIA: ['failed', 'RTP did not flow as the script demanded.'],
  E_SCRIPT_THROWN: ['failed', 'The script threw a value of its own, or a JavaScript error.'],
  E_SCRIPT_TIMEOUT: ['failed', 'The scenario took longer than its wall-clock limit.'],
  E_SCRIPT_CPU: ['failed', 'The script computed without a pause for longer than the CPU limit.'],
  E_SCRIPT_MEMORY: ['failed', 'The script used more memory than the limit.'],
  E_SCRIPT_STACK: ['failed', 'The script recursed deeper than the stack limit.'],
  E_SCRIPT_NEVER_SETTLES: ['failed', 'A promise the scenario awaits can never settle.'],
  E_SCRIPT_UNAWAITED: ['failed', 'A verb failed inside a promise that nothing awaited.'],
  E_SCRIPT_STRUCTURE: [
    'failed',
    'scenario(), setup() or teardown() was called in a place where it is not allowed.',
  ],
  E_ARGUMENT: ['failed', 'An argument or option is unknown, of the wrong type or out of range.'],
  E_VALUE_LIMIT: ['failed', 'A value handed to Offhook is too large or nested too deeply.'],
  E_ENV_MISSING: ['failed', 'env() was asked for a variable that is not set.'],
  E_ENV_DENIED: ['failed', 'env() was asked for a variable the script may not see.'],
  E_LINES_DENIED: ['failed', 'The script may not see the lines of the project file.'],
  E_NET_DENIED: ['failed', 'The script asked for a host that it may not reach.'],
  E_SIP_DENIED: ['failed', 'A SIP target or server is not one the agents may use.'],
  E_HTTP: ['failed', 'An HTTP request got no answer: refused, unknown host, TLS, broken off.'],
  E_HTTP_TIMEOUT: ['failed', 'An HTTP request was not answered in its time.'],
  E_HTTP_LIMIT: ['failed', 'The body of an HTTP response is too large.'],
  E_HTTP_JSON: ['failed', 'The body of an HTTP message is not JSON, or a path into it is invalid.'],
  E_MOCK: ['errored', 'A mock server could not listen, or is stopped.'],
  E_RESPONDER: ['failed', 'The function that answers a mock request failed, or waited.'],
  E_READ_DENIED: ['failed', 'A file lies outside the folders the script may read.'],
  E_READ_FAILED: ['failed', 'A file the script asked for cannot be read.'],
  E_AGENT_NAME: ['failed', 'An agent with that name already exists in this scenario.'],
  E_AGENT_GONE: ['failed', 'The agent was stopped or its process ended.'],
  E_AGENT_LIMIT: ['failed', 'The scenario started more agents than allowed.'],
  E_CALL_LIMIT: ['failed', 'The scenario placed more calls than allowed.'],
  E_AGENT_START: ['errored', 'The baresip process of an agent did not come up.'],
  E_AGENT_CRASHED: ['errored', 'The baresip process of an agent ended by itself.'],
  E_AGENT_HUNG: ['errored', 'The baresip process of an agent did not answer a command in time.'],
  E_AGENT_CONTROL: ['errored', 'The control connection to baresip failed or carried garbage.'],
  E_AGENT_HIJACKED: ['errored', 'Another program took over the control port of an agent.'],
  E_ISOLATION: ['errored', 'Agents must be isolated, but isolation is not possible here.'],
  E_CAPABILITY: ['errored', 'The installed baresip version cannot do what was asked.'],
  E_CALL_STATE: ['failed', 'The agent has no call, or not one in the state the verb needs.'],
  E_CALL_REFUSED: ['failed', 'A call could not be placed, or a change to it was refused.'],
  E_CALL_TIMEOUT: ['failed', 'A call did not reach the state a verb waits for within its limit.'],
  E_AUDIO_FILE: ['failed', 'A WAV file, or a capture file, cannot be used.'],
  E_AUDIO: [
    'failed',
    'What was heard is not what the script demanded, or audio could not be sent.',
  ],
  E_MODE: ['failed', 'A call did not go as the call test of offhook/modes demands.'],
  E_DTMF: ['failed', 'DTMF digits could not be sent, or the INFO with one was refused.'],
  E_MESSAGE: ['failed', 'A MESSAGE was refused, not answered, or could not be sent.'],
  E_PING: ['failed', 'OPTIONS was not answered, or could not be sent.'],
  E_TRANSFER: ['failed', 'The other side refused a transfer.'],
  E_TARGET: ['failed', 'What was dialled is neither an agent, a SIP or tel URI nor a number.'],
  E_PEER: [
    'failed',
    'A raw SIP peer, or the proxy in front of an agent, could not listen, or could not send.',
  ],
  E_REGISTER: ['failed', 'REGISTER could not be sent, or the agent has no registrar.'],
  E_BARESIP_MISSING: ['errored', 'No baresip program was found.'],
  E_BARESIP_UNUSABLE: [
    'errored',
    'The baresip program does not run, is too old, or lacks a module.',
  ],
  E_PORTS: ['errored', 'No free ports were found for an agent.'],
  E_TEMP_FOLDER: ['errored', 'The folder for temporary files cannot be used.'],
  E_CAPTURE: ['errored', 'RTP cannot be captured on this machine.'],
  E_LAB_NO_KAMAILIO: ['errored', 'The lab needs Kamailio, which was not found.'],
  E_LAB_START: ['errored', 'The lab did not come up.'],
  E_USAGE: ['usage', 'The command line, or an option of run(), is invalid.'],
  E_SETTINGS: ['usage', 'A setting, environment file or project file is invalid.'],
  E_NO_SCENARIO: [
    'usage',
    'Nothing to run or nothing tested: no scenario, none that fits the filter, or one that tests nothing.',
  ],
  E_SCENARIO_FILE: ['usage', 'A scenario file is missing, unreadable, empty or not UTF-8.'],
  E_SCENARIO_SYNTAX: [
    'usage',
    'A scenario file, or a module it imports, is not valid JavaScript or TypeScript.',
  ],
  E_IMPORT: ['usage', 'An import names a module that cannot be loaded.'],
  E_SCENARIO_COLLECT: ['usage', 'A suite file failed while its scenarios were being collected.'],
  E_RECORD: ['usage', 'A recorded run cannot be read, or is incomplete.'],
  E_OUTPUT: ['usage', 'An output file cannot be written.'],
  E_STORE: ['errored', 'The store of the monitor cannot be read or written.'],
  E_LISTEN: ['errored', 'The monitor cannot listen on its configured address.'],
  E_LOCK: ['errored', 'Scenarios that run at the same time wait for each other for ever.'],
  E_INTERRUPTED: ['errored', 'The run was interrupted.'],
  E_INTERNAL: ['internal', 'A bug in Offhook.'],
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A place in a script: 1-based line and column; `file` as the user knows it (absolute path). */
export interface SourceLocation {
  file: string;
  line: number;
  column: number;
}

/** The parts of an error's message. Code that rewords an error uses these parts instead of the message. */
export interface Facts {
  /** What it is about: `agent "bob"`, `--reporter`, `script`. */
  subject?: string;
  /** What was to be done: `dial`. */
  verb?: string;
  what: string;
  /** What was found instead, or the reason. */
  seen?: string;
  /** "5 s", "16 MiB" */
  limit?: string;
}

/** An error as plain data: what crosses threads and goes to reporters. */
export interface ErrorData extends Partial<Facts> {
  code: ErrorCode;
  /** "subject: verb: what: seen (limit)", one line, no code, no location. */
  message: string;
  /** What to do, imperative. */
  hint?: string;
  at?: SourceLocation;
  /** Script frames, innermost first, ours removed. */
  frames?: readonly (SourceLocation & { function?: string })[];
  /** For assertions and await_until: both sides as text, and the label. */
  label?: string;
  expected?: string;
  actual?: string;
  /** The message without the two sides, for callers that show the sides separately. */
  brief?: string;
  /** Both sides in full; if they have parts, each part is on a line of its own. */
  sides?: { expected: string; actual: string };
  /** Agents concerned: the failure report shows their last events. */
  agents?: readonly string[];
}

export function messageOf({ subject, verb, what, seen, limit }: Facts): string {
  const parts = [subject, verb, what, seen].filter((part) => part !== undefined);
  return parts.join(': ') + (limit === undefined ? '' : ` (limit ${limit})`);
}

/** Adds the message to the facts, for errors that are built as data. */
export function said(facts: Facts): Facts & { message: string } {
  return { ...facts, message: messageOf(facts) };
}

/** Returns the message of an error without subject and verb, for places where the reader already knows them. */
export function predicateOf({
  message,
  what,
  seen,
  limit,
}: Partial<Facts> & { message: string }): string {
  if (what === undefined) return message;
  return messageOf({
    what,
    ...(seen === undefined ? {} : { seen }),
    ...(limit === undefined ? {} : { limit }),
  });
}

export class OffhookError extends Error {
  override readonly name = 'OffhookError';
  readonly code: ErrorCode;
  readonly details: Omit<ErrorData, 'code' | 'message'>;

  constructor(
    code: ErrorCode,
    about: string | Facts,
    details: Omit<ErrorData, 'code' | 'message'> = {},
    cause?: unknown,
  ) {
    const facts = typeof about === 'string' ? {} : about;
    super(
      typeof about === 'string' ? about : messageOf(about),
      cause === undefined ? undefined : { cause },
    );
    this.code = code;
    this.details = { ...details, ...facts };
  }

  static from(data: ErrorData): OffhookError {
    const { code, message, ...details } = data;
    return new OffhookError(code, message, details);
  }

  toData(): ErrorData {
    return { code: this.code, message: this.message, ...this.details };
  }
}

/** Returns any thrown value as data. A value that is not an OffhookError is a bug of ours. */
export function toErrorData(thrown: unknown): ErrorData {
  if (thrown instanceof OffhookError) return thrown.toData();
  const message = thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  return { code: 'E_INTERNAL', message };
}

/** Rethrows everything but an OffhookError. For catch blocks that ignore errors raised on purpose, but must not hide bugs. */
export function throwIfBug(thrown: unknown): void {
  if (!(thrown instanceof OffhookError)) throw thrown;
}

export function errorKind(code: ErrorCode): ErrorKind {
  return ERROR_CODES[code][0];
}
