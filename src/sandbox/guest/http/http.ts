/** `http()` and `http_all()`: requests to the system under test, sent by the main thread. */
import type { HttpResponseData } from '../../../model/http-message.js';
import type { ServiceVerb } from '../../../schema/verbs/http.js';
import type { VerbReply } from '../../guest-protocol.js';
import { ask, callerStack } from '../host.js';
import { HttpResponse } from './http-message.js';
import * as world from '../world.js';

export function http(...args: unknown[]): HttpResponse {
  const [response] = responses('http', args, callerStack());
  return response as HttpResponse;
}

export function http_all(...args: unknown[]): readonly HttpResponse[] {
  return Object.freeze(responses('http_all', args, callerStack()));
}

function responses(fn: ServiceVerb, args: unknown[], stack: string): HttpResponse[] {
  const in_condition = world.inCondition();
  world.noteAsked();
  const reply = ask('service', { on: 'global', fn, args, in_condition, stack }) as VerbReply;
  world.receive(reply.before);
  world.receive(reply.entries);
  return (reply.value as readonly HttpResponseData[]).map((one) => new HttpResponse(one));
}
