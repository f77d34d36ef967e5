/** Which route answers a request: the newest one that fits. */
import { Script, createContext, type Context } from 'node:vm';
import { OffhookError } from '../errors.js';
import type { MockResponseData, PathPattern, RouteData } from '../model/http-message.js';
import { matchesPath } from '../model/path-pattern.js';

/** Decision of a route: a fixed answer, or the number of a function. */
export type Decision = { response: MockResponseData } | { responder: number };

interface Route {
  data: RouteData;
  /** How many it has answered. */
  answered: number;
}

/**
 * Wall-clock limit in ms for all regular expressions of one request together: they come from the script, the path from a stranger,
 * and they run in the thread that serves everybody. It leaves room for a busy machine.
 */
export const MATCH_MS = 200;
/** Most routes: every route is examined for each request. */
const MOST_ROUTES = 2000;

export class Routes {
  /** The key is method and path; the route that was added first comes first. */
  readonly #routes = new Map<string, Route>();

  /** Adds a route, in place of one with the same method and path. @throws E_MOCK */
  add(data: RouteData): void {
    const key = keyOf(data);
    this.#routes.delete(key);
    if (this.#routes.size >= MOST_ROUTES) {
      throw new OffhookError(
        'E_MOCK',
        { subject: 'mock server', what: 'too many routes', limit: String(MOST_ROUTES) },
        {
          hint: 'use one route with a wildcard, and on() to tell paths apart',
        },
      );
    }
    this.#routes.set(key, { data, answered: 0 });
  }

  /** "late": the expressions took too long, so it is unknown whether one fits. */
  decide(method: string, path: string): Decision | 'late' | undefined {
    const meant = [...this.#routes.values()]
      .reverse()
      .filter(({ data }) => (data.method ?? method) === method);
    const fixed = meant.findIndex(
      ({ data }) => 'text' in data.path && matchesPath(data.path.text, path),
    );
    // Only expressions of newer routes matter.
    const newer = fixed === -1 ? meant : meant.slice(0, fixed);
    const fitting = firstMatch(
      newer.flatMap(({ data }) => ('regex' in data.path ? data.path : [])),
      path,
    );
    if (fitting === 'late') return 'late';
    const route = newer.find(({ data }) => data.path === fitting) ?? meant[fixed];
    if (route === undefined) return undefined;
    const { responses = [], responder = 0 } = route.data;
    const response = responses[Math.min(route.answered, responses.length - 1)];
    route.answered += 1;
    return response === undefined ? { responder } : { response };
  }
}

function keyOf({ method, path }: RouteData): string {
  return JSON.stringify([method ?? '', path]);
}

type Expression = Extract<PathPattern, { regex: string }>;

const MATCH = new Script(
  'patterns.findIndex(({ regex, flags }) => new RegExp(regex, flags).test(path))',
);
/**
 * One context for all servers, as it costs memory. Only patterns and paths go in, only a number comes out.
 */
let context: Context | undefined;

/** Only in a context of its own can a match that takes for ever be stopped. */
function firstMatch(
  patterns: readonly Expression[],
  path: string,
): Expression | 'late' | undefined {
  if (patterns.length === 0) return undefined;
  context ??= createContext({});
  Object.assign(context, { patterns, path });
  try {
    return patterns[MATCH.runInContext(context, { timeout: MATCH_MS }) as number];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    return 'late';
  }
}
