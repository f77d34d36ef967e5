/** HTTP requests with their answers as rows. */
import { isHttpEvent, type HttpEvent } from '../../model/http-event.js';
import type { Attempt, Placed, TimeOf } from './attempt.js';
import type { Lanes } from './lanes.js';
import { oneLine, plain } from '../printable.js';
import type { HttpRow } from '../story.js';

export function httpRows({ events }: Attempt, timeOf: TimeOf, lanes: Lanes): Placed<HttpRow>[] {
  const rows: Placed<HttpRow>[] = [];
  // A redirect is followed within the exchange.
  const open = new Map<number, Placed<HttpRow>>();
  events.forEach((event, place) => {
    if (event.type !== 'agent' || !isHttpEvent(event.entry.event)) return;
    const { agent, event: http } = event.entry;
    const lane = lanes.http(agent);
    if (lane === undefined) return;
    const at = timeOf(event);
    if (http.type === 'http_sent' || http.type === 'http_received') {
      const one = { place, row: requestRow(http, lane, at) };
      open.set(http.exchange, one);
      rows.push(one);
      return;
    }
    const asked = open.get(http.exchange);
    open.delete(http.exchange);
    if (asked === undefined)
      rows.push({ place, row: answered(requestRow(http, lane, at), http, at) });
    else asked.row = answered(asked.row, http, at);
  });
  return rows;
}

type Answer = Extract<HttpEvent, { type: 'http_response' | 'http_failed' | 'http_answered' }>;

function requestRow(http: HttpEvent, lane: number, at: number): HttpRow {
  const way = 'url' in http ? 'out' : 'in';
  const body = http.type === 'http_sent' || http.type === 'http_received' ? http : undefined;
  return {
    kind: 'http',
    at,
    lane,
    way,
    label: oneLine(`${http.method} ${targetOf(http)}`),
    ok: false,
    request: withBody(`${http.method} ${targetOf(http)}`, body),
  };
}

function answered(row: HttpRow, http: Answer, at: number): HttpRow {
  const status = 'status' in http ? http.status : undefined;
  const what =
    status === undefined ? (http.type === 'http_failed' ? http.reason : 'dropped') : `${status}`;
  const why =
    http.type === 'http_answered' && http.by !== 'static' && http.reason !== undefined
      ? ` (${http.reason})`
      : '';
  return {
    ...row,
    until: at,
    label: `${row.label} -> ${oneLine(what + why)}`,
    ok: status !== undefined && status < 400,
    response: withBody(what + why, http.type === 'http_failed' ? undefined : http),
  };
}

function targetOf(http: HttpEvent): string {
  if ('url' in http) return http.url;
  return http.type === 'http_received' && http.query !== ''
    ? `${http.path}?${http.query}`
    : http.path;
}

function withBody(head: string, body: { body: string; bytes: number } | undefined): string {
  return body === undefined || body.bytes === 0
    ? plain(head)
    : `${plain(head)}\n\n${plain(body.body)}`;
}
