/** Shows messages between main thread and worker in the trace, without whole jobs, files and secrets. */
import { trace } from '../../trace.js';
import type { CallRequest, FromThread, ThreadMessage, ToThread } from '../protocol.js';

export function traceSent(message: ToThread): void {
  trace.thread?.('', `-> ${sentText(message)}`);
}

/** A move of the cursor is shown in its own section. */
export function traceReceived({ notes, message }: FromThread, at: number): void {
  if (trace.thread === undefined) return;
  const texts = notes.map(({ note }) => `note ${JSON.stringify(note)}`);
  if (message !== undefined && message.type !== 'cursor') texts.push(receivedText(message));
  for (const text of texts) trace.thread('', `<- ${text}`, at);
}

function sentText(message: ToThread): string {
  switch (message.type) {
    case 'limits':
      return `limits ${JSON.stringify(message.limits)}`;
    case 'collect':
      return `collect ${message.job.file}`;
    case 'run': {
      const { scenario, file } = message.job;
      return `run ${file}${scenario === undefined ? '' : ` "${scenario.name}"`}`;
    }
    case 'entries':
      return `entries ${JSON.stringify(message.entries)}`;
    case 'result':
      return `result ${message.call} ${JSON.stringify(message.reply)}`;
    case 'respond':
      return `respond ${message.call.id} ${JSON.stringify(message.call.request)}`;
    case 'respond_cancelled':
      return `respond_cancelled ${message.id}`;
    case 'close':
      return 'close';
  }
}

function callText({ call, verb, agent, args }: CallRequest): string {
  const subject = agent === undefined ? '' : `${agent}.`;
  return `call ${call} ${subject}${verb} ${JSON.stringify(args)}`;
}

function receivedText(message: ThreadMessage): string {
  switch (message.type) {
    case 'call':
      return message.requests.map(callText).join(', ');
    case 'source':
      return `source ${message.path}`;
    case 'secrets':
      return `secrets (${message.values.length})`;
    default: {
      const { type, ...rest } = message;
      return `${type} ${JSON.stringify(rest)}`;
    }
  }
}
