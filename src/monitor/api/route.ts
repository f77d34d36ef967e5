/** A route of the API: what registers it, checks who asks, and describes it in the OpenAPI document is this one row. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from './api-options.js';

/** JSON Schema (2020-12), as OpenAPI 3.1 takes it. */
export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly description: string;
  readonly schema: Schema;
  readonly required?: boolean;
}

export interface Answer {
  readonly description: string;
  /** Schemas by type of content; `null`: any text or bytes. */
  readonly content?: Readonly<Record<string, Schema | null>>;
}

export type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** The path as fastify writes it: "/test/:name/start"; "*" at its end is the rest of the path. */
  readonly path: string;
  /** Who may: `open` is for everybody, with or without a token. */
  readonly access: 'open' | Role;
  /** Starts or changes something, or is a feed: no browser may send it from a page of another site. */
  readonly guarded: boolean;
  /** A client that prefers HTML gets the page instead, which holds no data and asks for it with a login of its own. */
  readonly page?: boolean;
  /** Upgrades to a WebSocket. */
  readonly websocket?: boolean;
  /** HEAD is answered by the handler of GET, without the body; not where GET begins something or does not end. */
  readonly head: boolean;
  readonly tag: 'monitors' | 'runs' | 'metrics' | 'feed' | 'service';
  readonly summary: string;
  readonly query?: Readonly<Record<string, Parameter>>;
  readonly headers?: Readonly<Record<string, Parameter>>;
  readonly body?: Schema;
  /** The answers; the key is their status. Those that every route may give (401, 403, 429 and so on) are not repeated. */
  readonly answers: Readonly<Record<number, Answer>>;
  readonly handler: Handler;
}

/** A route that reads. */
export function read(
  path: string,
  row: Omit<Route, 'method' | 'path' | 'access' | 'guarded' | 'head'>,
): Route {
  return { method: 'GET', path, access: 'read', guarded: false, head: true, ...row };
}

/** A route that changes something. */
export function operate(
  method: 'PUT' | 'POST',
  path: string,
  row: Omit<Route, 'method' | 'path' | 'access' | 'guarded' | 'head'>,
): Route {
  return { method, path, access: 'operate', guarded: true, head: false, ...row };
}

export function json(description: string, schema: Schema): Answer {
  return { description, content: { 'application/json': schema } };
}

/** An answer `{ error, message }`. */
export function problem(description: string): Answer {
  return json(description, { $ref: '#/components/schemas/Error' });
}

/** Reads a parameter of the path, such as ":name" of "/test/:name". */
export function parameterOf(request: FastifyRequest, name: string): string {
  const value = (request.params as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' ? value : '';
}
