/**
 * An event of PagerDuty's Events API v2 (developer.pagerduty.com/docs/events-api-v2-overview): an alert for each monitor,
 * triggered and resolved under one key.
 */
import { createHash } from 'node:crypto';
import type { State } from '../../model/states.js';
import { headline, noteOf, shorten } from '../message.js';
import type { Message } from '../message.js';
import type { Told } from '../notice.js';

const LONGEST_SUMMARY = 1024;
const LONGEST_KEY = 255;

const SEVERITY: Readonly<Record<State, 'critical' | 'error' | 'warning' | 'info'>> = {
  failed: 'critical',
  failing: 'error',
  degraded: 'warning',
  unknown: 'warning',
  ok: 'info',
};

/** A message to PagerDuty is about one monitor: what it came to counts. @param isTrouble whether the target is told of it */
export function pagerdutyBody(
  { told }: Message,
  routing_key: string,
  isTrouble: (state: State) => boolean,
): object {
  const last = told.at(-1);
  if (last === undefined) return {};
  const dedup_key = keyOf(last);
  if (last.kind !== 'test' && !isTrouble(last.to)) {
    return { routing_key, event_action: 'resolve', dedup_key };
  }
  const { monitor, from, to, at, run, run_url, labels, info } = last;
  const note = noteOf(last);
  const summary = note === undefined ? headline(last) : `${headline(last)}: ${note}`;
  return {
    routing_key,
    event_action: 'trigger',
    dedup_key,
    client: 'Offhook',
    payload: {
      summary: shorten(summary, LONGEST_SUMMARY),
      source: monitor,
      severity: SEVERITY[to],
      timestamp: new Date(at).toISOString(),
      component: monitor,
      custom_details: { from, to, run, labels, info },
    },
    ...(run_url === undefined ? {} : { links: [{ href: run_url, text: 'Report' }] }),
  };
}

function keyOf({ kind, monitor }: Told): string {
  const key = `offhook/${kind === 'test' ? 'test' : 'monitor'}/${monitor}`;
  if (key.length <= LONGEST_KEY) return key;
  return `offhook/${createHash('sha256').update(key).digest('hex')}`;
}
