/** Which route answers a request: the newest one that fits. */
import { Script, createContext } from 'node:vm';
import type { MockResponseData, PathPattern, RouteData } from '../model/http-message.js';
import { matchesPath } from '../model/path-pattern.js';

/** What a route says: a fixed answer, or the number of a function. */
export type Decision = { response: MockResponseData } | { responder: number };

interface Route {
  data: RouteData;
  fits: (path: string) => boolean;
  /** How many it has answered. */
  answered: number;
}

/** A script's expression meets a stranger's path: it may take this long, by the clock of a busy machine. */
const MATCH_MS = 200;

export class Routes {
  #routes: Route[] = [];

  /** Takes the place of one with the same method and path. */
  add(data: RouteData): void {
    const key = keyOf(data);
    this.#routes = this.#routes.filter((route) => keyOf(route.data) !== key);
    this.#routes.unshift({ data, fits: matcher(data.path), answered: 0 });
  }

  decide(method: string, path: string): Decision | undefined {
    const route = this.#routes.find(
      ({ data, fits }) => (data.method ?? method) === method && fits(path),
    );
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

const MATCH = new Script('new RegExp(regex, flags).test(path)');

function matcher(pattern: PathPattern): (path: string) => boolean {
  if ('text' in pattern) return (path) => matchesPath(pattern.text, path);
  // Only this way can a match that takes for ever be stopped; texts alone go in.
  const context = createContext({ ...pattern, path: '' });
  return (path) => {
    context['path'] = path;
    try {
      return MATCH.runInContext(context, { timeout: MATCH_MS }) === true;
    } catch {
      return false;
    }
  };
}
