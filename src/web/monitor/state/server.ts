/** Requests to the server that the page came from. Addresses are relative: a proxy may serve it below a path. */
import { signal } from '@preact/signals';
import type { EndedRun } from '../../../monitor/model/run.js';
import type { Bucket } from '../../../monitor/model/view.js';
import type { Letter } from '../../../monitor/model/letter.js';

/** The server wants a token, or another one. */
export const needsLogin = signal(false);

/** The reader can log out: not where the server knows no tokens. */
export const hasLogin = signal(false);

export class ServerError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Whom the server tells, by their names in `notify`, and messages that wait or were given up, the oldest first. */
export interface Notifications {
  readonly targets: readonly string[];
  readonly letters: readonly Letter[];
}

/** What the server did, and what there is to say about it. */
export interface Done {
  readonly ok: boolean;
  readonly message: string;
}

const monitorPath = (name: string): string => `monitors/${encodeURIComponent(name)}`;

/** Ended runs before that time, the newest first. */
export async function fetchHistory(
  name: string,
  before: number,
  limit: number,
): Promise<readonly EndedRun[]> {
  return (await read(`${monitorPath(name)}/runs`, { before, limit })) as readonly EndedRun[];
}

/** The oldest first. */
export async function fetchBuckets(
  name: string,
  range: { readonly size: 'hour' | 'day'; readonly from: number; readonly to: number },
): Promise<readonly Bucket[]> {
  return (await read(`${monitorPath(name)}/buckets`, range)) as readonly Bucket[];
}

export async function fetchNotifications(): Promise<Notifications> {
  return (await read('notifications', {})) as Notifications;
}

/** Sends a test. @returns what came of it */
export async function testNotification(target: string): Promise<Done> {
  const path = `notifications/${encodeURIComponent(target)}/test`;
  return (await (await ask(path, { method: 'POST' })).json()) as Done;
}

/** Tries a message again, or forgets one that was given up. */
export async function settleLetter(id: string, verb: 'again' | 'discard'): Promise<void> {
  await ask(`notifications/letters/${encodeURIComponent(id)}/${verb}`, { method: 'PUT' });
}

export type Verb = 'start' | 'stop' | 'fail' | 'pause' | 'resume';

/** @returns what the server says */
export async function act(name: string, verb: Verb): Promise<string> {
  const response = await ask(`test/${encodeURIComponent(name)}/${verb}`, { method: 'PUT' });
  return said(await response.json());
}

/** @returns whether the token is good */
export async function login(token: string): Promise<boolean> {
  const response = await fetch('login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  });
  if (response.status === 401 || response.status === 403) return false;
  if (!response.ok) throw await problemOf(response);
  return true;
}

/** Learns who the server takes the reader for. */
export async function learnSession(): Promise<void> {
  const { login: canLogOut } = (await (await ask('session', {})).json()) as { login?: unknown };
  hasLogin.value = canLogOut === true;
}

export async function logout(): Promise<void> {
  await fetch('logout', { method: 'POST' });
}

async function read(
  path: string,
  query: Readonly<Record<string, string | number>>,
): Promise<unknown> {
  const fields = Object.entries(query).map(([name, value]) => [name, String(value)]);
  const response = await ask(`${path}?${new URLSearchParams(fields).toString()}`, {});
  return (await response.json()) as unknown;
}

export interface Asked {
  readonly method?: 'GET' | 'PUT' | 'POST';
  readonly accept?: string;
  readonly signal?: AbortSignal;
}

/** @throws ServerError when the server refuses */
export async function ask(
  path: string,
  { method, accept, signal: ended }: Asked,
): Promise<Response> {
  const response = await fetch(path, {
    method: method ?? 'GET',
    headers: { accept: accept ?? 'application/json' },
    cache: 'no-store',
    ...(ended === undefined ? {} : { signal: ended }),
  });
  if (response.status === 401) needsLogin.value = true;
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response: Response): Promise<ServerError> {
  const body: unknown = await response.json().catch(() => undefined);
  return new ServerError(response.status, said(body) || `the server answered ${response.status}`);
}

function said(body: unknown): string {
  if (typeof body !== 'object' || body === null) return '';
  const { message } = body as { message?: unknown };
  return typeof message === 'string' ? message : '';
}

export function problemText(error: unknown): string {
  if (error instanceof ServerError) return error.message;
  return 'The server does not answer.';
}
