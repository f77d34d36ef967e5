/**
 * The package as a module: `import { run } from 'offhook'`. All that is exported here is public, and its types are shipped
 * with whatever they name (.config/types.js). Loading it runs nothing: a run loads what it needs.
 */
export { OffhookError } from '../errors.js';
export type { ErrorCode, ErrorData, ErrorKind, SourceLocation } from '../errors.js';
export type { AgentEvent, LogEntry } from '../model/agent-event.js';
export type { Counts, Failure, RunEvent, ScenarioId, Verdict } from '../model/run-event.js';
export type { SipMessage } from '../sip/sip-message.js';
export type { LimitOptions, PolicyOptions, RunOptions } from './options.js';
export type { RunResult } from './result.js';
export { run } from './run.js';
export type { Run } from './run.js';
