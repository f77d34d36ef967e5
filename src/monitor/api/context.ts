/** What the routes of the API share. */
import type { Monitors, MonitorView } from '../model/view.js';
import { noMonitor } from './message/api-error.js';
import type { Access, Identity } from './access/access.js';
import type { ApiOptions } from './api-options.js';
import type { Feed } from './feed.js';
import type { Metrics } from './metrics/metrics.js';
import type { Route } from './route.js';
import type { TokenBuckets } from './access/token-buckets.js';
import type { Waiting } from './waiting.js';

export interface ApiContext {
  readonly monitors: Monitors;
  readonly options: ApiOptions;
  readonly access: Access;
  readonly feed: Feed;
  readonly metrics: Metrics;
  readonly logins: TokenBuckets;
  readonly waiting: Waiting;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    row?: Route;
  }
  interface FastifyRequest {
    /** Undefined: no valid token or session, which only open routes accept. */
    identity: Identity | undefined;
    /** The nonce that the Content-Security-Policy of this answer allows. */
    nonce: string;
  }
}

/** @throws ApiError 404 */
export function monitorOf({ monitors }: ApiContext, name: string): MonitorView {
  const view = monitors.find(name);
  if (view === undefined) throw noMonitor();
  return view;
}

/** Returns what a method of Monitors gave, unless that is undefined: there is no such monitor. @throws ApiError 404 */
export function known<T>(value: T | undefined): T {
  if (value === undefined) throw noMonitor();
  return value;
}
