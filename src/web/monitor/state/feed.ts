/** The live feed: the whole state, then each change. A connection that ends, or says nothing for too long, is made anew. */
import { batch, signal } from '@preact/signals';
import type { Change } from '../../../monitor/model/view.js';
import { eventReader } from '../layout/event-stream.js';
import { learnServerTime, serverTime } from './clock.js';
import { ask, learnSession, needsLogin, problemText, ServerError } from './server.js';
import { apply, begin, type WholeState } from './views.js';

/** The server says something at least every 15 s (a comment). */
const SILENCE_MS = 40_000;
const LOOK_MS = 1000;
/** A tab hidden for this long gives up its connection: a browser has six connections to a server for all its tabs together. */
const HIDDEN_MS = 5 * 60_000;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

type Role = 'read' | 'operate';

interface FirstEvent extends WholeState {
  readonly type: 'state';
  /** What the reader may do. */
  readonly role: Role;
}

/** `since`: when the feed was lost; the page shows what was known then. */
type Live = { readonly isLive: true } | { readonly isLive: false; readonly since: number };

export const live = signal<Live>({ isLive: false, since: 0 });
export const role = signal<Role>('read');
/** Why the last connection failed; '' while there is one, or none was tried. */
export const failure = signal('');
/** How often the whole state has come: lists that are fetched by themselves follow. */
export const resyncs = signal(0);

let connection = new AbortController();
/** When the server last said something, by the clock of this machine: it goes on while the machine sleeps. */
let heardAt = 0;
/** Ends the wait between two attempts. */
let endWait = (): void => undefined;
/** The next attempt does not wait. */
let isHurried = false;
/** Since when nobody looks at the page; 0: somebody does. */
let hiddenAt = 0;

/** Follows the feed for ever. Waits for a login if the server requires a token. */
export async function follow(): Promise<void> {
  listenToReader();
  setInterval(look, LOOK_MS);
  let wait = FIRST_WAIT_MS;
  for (;;) {
    const before = resyncs.peek();
    try {
      await readFeed();
      failure.value = 'The server has ended the connection.';
    } catch (error) {
      if (error instanceof ServerError && error.status === 401) {
        await loggedIn();
        wait = FIRST_WAIT_MS;
        continue;
      }
      failure.value = problemText(error);
    }
    lose();
    wait = resyncs.peek() > before ? FIRST_WAIT_MS : Math.min(wait * 2, LONGEST_WAIT_MS);
    await pause(wait * (0.75 + Math.random() / 2));
  }
}

/** Tries at once, instead of waiting for its turn. */
export function tryNow(): void {
  isHurried = true;
  connection.abort();
  endWait();
}

/** Ends a connection that only seems to be one, and one that nobody needs. */
function look(): void {
  const isSilent = Date.now() - heardAt > SILENCE_MS;
  if (isSilent || isLetGo()) connection.abort();
}

function isLetGo(): boolean {
  return hiddenAt > 0 && Date.now() - hiddenAt > HIDDEN_MS;
}

/** Resolves when the connection ends. */
async function readFeed(): Promise<void> {
  const mine = new AbortController();
  const { signal: ended } = mine;
  connection = mine;
  heardAt = Date.now();
  isHurried = false;
  try {
    const response = await ask('events', { accept: 'text/event-stream', signal: ended });
    learnServerTime(response.headers.get('date'));
    const read = eventReader();
    const pieces = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const piece = await pieces?.read();
      if (piece?.value === undefined) return;
      heardAt = Date.now();
      const events = read(piece.value).map((text) => JSON.parse(text) as FirstEvent | Change);
      batch(() => {
        events.forEach(take);
      });
    }
  } finally {
    mine.abort();
  }
}

function take(event: FirstEvent | Change): void {
  if (event.type !== 'state') {
    apply(event);
    return;
  }
  begin(event);
  role.value = event.role;
  live.value = { isLive: true };
  failure.value = '';
  resyncs.value += 1;
  // Where that cannot be learned, only the button to log out is missing.
  learnSession().catch(() => undefined);
}

function lose(): void {
  if (live.peek().isLive) live.value = { isLive: false, since: serverTime() };
}

/** @param ms least time; longer while nobody looks at the page */
async function pause(ms: number): Promise<void> {
  do {
    if (isHurried) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  } while (isLetGo());
}

function loggedIn(): Promise<void> {
  lose();
  needsLogin.value = true;
  return new Promise((resolve) => {
    const end = needsLogin.subscribe((needed) => {
      if (needed) return;
      resolve();
      queueMicrotask(() => {
        end();
      });
    });
  });
}

/** Reconnects at once when the reader looks at the page again, or is on a network again. */
function listenToReader(): void {
  const hurry = (): void => {
    if (!live.peek().isLive) tryNow();
  };
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', () => {
    hiddenAt = document.hidden ? Date.now() : 0;
    if (!document.hidden) hurry();
  });
}
