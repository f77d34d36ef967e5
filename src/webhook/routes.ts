/** Which route answers a request: the newest one that fits. */
import { runInNewContext } from 'node:vm';
import type { MockResponseData, PathPattern, RouteData } from '../model/http-message.js';
import { matchesPath } from '../model/path-pattern.js';

/** What a route says: a fixed answer, or the number of a function. */
export type Decision = { response: MockResponseData } | { responder: number };

interface Route {
  data: RouteData;
  /** How many it has answered. */
  answered: number;
}

/** A script's expression meets a stranger's path: it may take this long. */
const MATCH_MS = 50;

export class Routes {
  #routes: Route[] = [];

  /** Takes the place of one with the same method and path. */
  add(data: RouteData): void {
    const key = keyOf(data);
    this.#routes = this.#routes.filter((route) => keyOf(route.data) !== key);
    this.#routes.unshift({ data, answered: 0 });
  }

  decide(method: string, path: string): Decision | undefined {
    const route = this.#routes.find(
      ({ data }) => (data.method ?? method) === method && fits(data.path, path),
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

function fits(pattern: PathPattern, path: string): boolean {
  if ('text' in pattern) return matchesPath(pattern.text, path);
  const { regex, flags } = pattern;
  try {
    // Only this way can a match that takes for ever be stopped; texts alone go in.
    const source = `new RegExp(regex, flags).test(path)`;
    return runInNewContext(source, { regex, flags, path }, { timeout: MATCH_MS }) === true;
  } catch {
    return false;
  }
}
