/** `mock_server()`: routes go to the driver, functions of the script are called from there, counts are read here. */
import { said } from '../../../errors.js';
import type { ServiceVerb } from '../../../schema/verbs/http.js';
import type { ResponderResult, ResponderTask, VerbReply } from '../../guest-protocol.js';
import { encode, text } from '../encode.js';
import { enterScope, leaveScope, withoutMatcher } from '../assert/assertion-scope.js';
import { describeThrown, failure } from '../failure.js';
import { ask, callerStack } from '../host.js';
import { MockRequest } from './http-message.js';
import { guardNames } from '../misspelt.js';
import { apply, parse, promiseThen, stringify } from '../primordials.js';
import { addMock, countOf, requestsOf, type PathGiven } from './requests.js';
import * as world from '../world.js';

interface Responder {
  run: (request: MockRequest) => unknown;
  /** Where on() was called. */
  stack: string;
}

const responders: Responder[] = [];

interface Started {
  name: string;
  url: string;
  port: number;
}

class MockServer {
  readonly #started: Started;

  constructor(started: Started) {
    this.#started = started;
    Object.freeze(this);
  }

  #service(fn: ServiceVerb, args: unknown[], stack: string, responder?: number): void {
    const mock = this.#started.name;
    const in_condition = world.inCondition();
    const reply = ask('service', {
      ...{ on: 'MockServer', fn, mock, args, in_condition, stack },
      ...(responder === undefined ? {} : { responder }),
    }) as VerbReply;
    world.receive(reply.before);
    world.receive(reply.entries);
  }

  on(...args: unknown[]): void {
    const stack = callerStack();
    const run = args.findLast((arg) => typeof arg === 'function') as Responder['run'] | undefined;
    // A function that the check will refuse takes no number.
    if (run !== undefined) responders.push({ run, stack });
    this.#service('on', args, stack, responders.length - 1);
  }
  respond(...args: unknown[]): void {
    this.#service('respond', args, callerStack());
  }
  stop(...args: unknown[]): void {
    this.#service('stop', args, callerStack());
  }

  request_count(...args: unknown[]): number {
    const { name } = this.#started;
    ask('check', { on: 'MockServer', fn: 'request_count', args, stack: callerStack() });
    return countOf(name, args[0] as PathGiven, world.readingOf(name));
  }
  last_request(...args: unknown[]): MockRequest | undefined {
    ask('check', { on: 'MockServer', fn: 'last_request', args, stack: callerStack() });
    return this.#requests(args, true)[0];
  }
  requests(...args: unknown[]): readonly MockRequest[] {
    ask('check', { on: 'MockServer', fn: 'requests', args, stack: callerStack() });
    return Object.freeze(this.#requests(args, false));
  }

  #requests(args: unknown[], lastOnly: boolean): MockRequest[] {
    const { name } = this.#started;
    const found = requestsOf(name, args[0] as PathGiven, world.readingOf(name), lastOnly);
    return found.map((one) => new MockRequest(one));
  }

  get url(): string {
    return this.#started.url;
  }
  get port(): number {
    return this.#started.port;
  }
  toJSON(): { url: string } {
    return { url: this.#started.url };
  }
}
Reflect.deleteProperty(MockServer.prototype, 'constructor');
guardNames(MockServer.prototype, 'MockServer');
Object.freeze(MockServer.prototype);

export function mock_server(...args: unknown[]): MockServer {
  const in_condition = world.inCondition();
  const stack = callerStack();
  const payload = { on: 'global', fn: 'mock_server', args, in_condition, stack };
  const reply = ask('service', payload) as VerbReply;
  const started = reply.value as Started;
  addMock(started.name);
  world.addAgent(started.name);
  world.receive(reply.before);
  world.receive(reply.entries);
  return new MockServer(started);
}

export function json_response(...args: unknown[]): object {
  ask('check', { on: 'global', fn: 'json_response', args, stack: callerStack() });
  // Checks the limits of values, before it is copied.
  encode(args[0]);
  const body = stringify(args[0]) as string | undefined;
  return response(body ?? 'null', 'application/json', args);
}

export function text_response(...args: unknown[]): object {
  ask('check', { on: 'global', fn: 'text_response', args, stack: callerStack() });
  return response(args[0] as string, 'text/plain; charset=utf-8', args);
}

function response(body: string, type: string, [, status = 200, options = {}]: unknown[]): object {
  const { headers, ...more } = options as { headers?: object };
  return Object.freeze({ status, body, ...more, headers: { 'content-type': type, ...headers } });
}

export function regex(...args: unknown[]): RegExp {
  ask('check', { on: 'global', fn: 'regex', args, stack: callerStack() });
  return new RegExp(args[0] as RegExp | string);
}

/** Scope of the script around the responder that runs. */
let outer: ReturnType<typeof enterScope> | undefined;

/** Called by the thread while the script is blocked. Whatever the function does, this returns text. */
export function respond(task: string): string {
  const { responder, request, entries } = parse(task) as ResponderTask;
  const found = responders[responder];
  world.enterResponder(entries);
  const around = (outer = enterScope());
  const stack = found?.stack ?? '';
  try {
    const value = found?.run(new MockRequest(request));
    const error = withoutMatcher(endScope(around));
    if (error !== undefined) throw failure(error);
    if (value instanceof Promise) return isPromise(value, stack);
    return '{"value":' + encode(value) + ',"stack":' + text(stack) + '}';
  } catch (thrown) {
    return stringify({ thrown: describeThrown(thrown), stack } satisfies ResponderResult);
  }
}

function endScope(around: ReturnType<typeof enterScope>): ReturnType<typeof enterScope> {
  outer = undefined;
  return leaveScope(around);
}

function isPromise(value: Promise<unknown>, stack: string): string {
  // The promise's own rejection is not a second failure.
  void apply(promiseThen, value, [undefined, () => undefined]);
  const thrown = {
    code: 'E_RESPONDER',
    ...said({ subject: 'it returned a promise', what: 'nobody would wait for it' }),
    hint: 'make the function a plain one: all it can call is synchronous',
    stack,
  } as const;
  return stringify({ thrown, stack } satisfies ResponderResult);
}

export function responded(): void {
  // The responder was interrupted, or it threw.
  if (outer !== undefined) endScope(outer);
  world.leaveResponder();
}
