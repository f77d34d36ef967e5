/** The monitor program itself: health, metrics, probes, test notifications, and the document of this API. */
import { timeLimit } from '../../time-limit.js';
import { ApiError } from './message/api-error.js';
import { known, monitorOf, type ApiContext } from './context.js';
import { openApi } from './openapi.js';
import { probeMetrics, probeTime } from './metrics/probe.js';
import { textParameter } from './message/query.js';
import { json, operate, parameterOf, problem, read, type Route } from './route.js';
import { goneSignal } from './run-routes.js';
import { ref } from './schemas.js';

export function serviceRoutes(context: ApiContext): readonly Route[] {
  return [
    healthRoute(context),
    metricsRoute(context),
    probeRoute(context),
    ...noticeRoutes(context),
  ];
}

function healthRoute({ monitors }: ApiContext): Route {
  return {
    ...read('/healthz', {
      tag: 'service',
      summary: 'Whether the monitor program is healthy; with a token, also what is wrong.',
      answers: {
        200: json('The monitor program is healthy', ref('Health')),
        503: json('The monitor program is not healthy', ref('Health')),
      },
      handler: (request, reply) => {
        const problems = monitors.problems();
        const isWell = problems.length === 0;
        return reply.code(isWell ? 200 : 503).send({
          status: isWell ? 'ok' : 'not ok',
          ...(request.identity === undefined ? {} : { problems }),
        });
      },
    }),
    access: 'open',
  };
}

const TEXT = { 'text/plain': null };

function metricsRoute({ metrics }: ApiContext): Route {
  return read('/metrics', {
    tag: 'metrics',
    summary: 'Metrics of all monitors for Prometheus.',
    answers: { 200: { description: 'Text format 0.0.4', content: TEXT } },
    handler: async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
  });
}

const SCRAPE_TIMEOUT = 'X-Prometheus-Scrape-Timeout-Seconds';

function probeRoute(context: ApiContext): Route {
  return {
    ...read('/probe', {
      tag: 'metrics',
      summary:
        'Runs a monitor now and answers with metrics of that run, as blackbox_exporter does. ' +
        'If the monitor already runs or waits, the answer waits for that run.',
      query: {
        target: {
          description: 'Name of the monitor',
          schema: { type: 'string' },
          required: true,
        },
      },
      headers: {
        [SCRAPE_TIMEOUT]: {
          description:
            'If the run has not ended half a second before this time is over, the answer has probe_success 0',
          schema: { type: 'number', default: 120 },
        },
      },
      answers: {
        200: { description: 'Text format 0.0.4', content: TEXT },
        400: problem('The parameter "target" is missing, or the header is not a number'),
        404: problem('There is no monitor of that name'),
      },
      handler: async (request, reply) => {
        const began = performance.now();
        const name = textParameter(request.query, 'target') ?? '';
        if (name === '')
          throw new ApiError(400, 'bad_request', 'the parameter "target" is missing');
        const time = probeTime(request.headers[SCRAPE_TIMEOUT.toLowerCase()]);
        monitorOf(context, name);
        const limit = timeLimit(time, goneSignal(request, reply));
        const run = known(
          await context.waiting.run(name, limit.signal, true).finally(() => {
            limit.cancel();
          }),
        );
        const ended = typeof run === 'string' ? undefined : run;
        const { type, text } = await probeMetrics(ended, performance.now() - began);
        return reply.type(type).send(text);
      },
    }),
    access: 'operate',
    guarded: true,
    head: false,
  };
}

function noticeRoutes({ options: { notifications } }: ApiContext): readonly Route[] {
  if (notifications === undefined) return [];
  const gone = 'There is no message with that id';
  const changed = (what: string, act: (id: string) => Promise<boolean>): Route =>
    operate('PUT', `/notifications/letters/:id/${what}`, {
      tag: 'service',
      summary:
        what === 'again'
          ? 'Tries again to deliver a message that was given up or waits.'
          : 'Forgets a message that was given up.',
      answers: { 200: json('It is done', ref('Done')), 404: problem(gone) },
      handler: async (request) => {
        if (await act(parameterOf(request, 'id'))) return { ok: true, message: 'it is done' };
        throw new ApiError(404, 'not_found', 'there is no message with that id');
      },
    });
  return [
    read('/notifications', {
      tag: 'service',
      summary:
        'The targets of notifications, and messages that wait or were given up, the oldest first.',
      answers: { 200: json('Names and messages', ref('Notifications')) },
      handler: () => ({ targets: notifications.names, letters: notifications.letters() }),
    }),
    changed('again', (id) => notifications.sendAgain(id)),
    changed('discard', (id) => notifications.discard(id)),
    operate('POST', '/notifications/:name/test', {
      tag: 'service',
      summary: 'Sends a test notification.',
      answers: {
        200: json('Whether it was delivered, and why not', ref('Done')),
        404: problem('There is no notification of that name'),
      },
      handler: async (request) => {
        const name = parameterOf(request, 'name');
        if (!notifications.names.includes(name)) {
          throw new ApiError(404, 'not_found', 'there is no notification of that name');
        }
        const reason = await notifications.test(name);
        return { ok: reason === undefined, message: reason ?? 'it was delivered' };
      },
    }),
  ];
}

/** The document describes itself, too. */
export function withDocument(routes: readonly Route[], version: string): readonly Route[] {
  const all: Route[] = [...routes];
  all.push(
    read('/openapi.json', {
      tag: 'service',
      summary: 'This document: OpenAPI 3.1.',
      answers: { 200: json('The document', { type: 'object' }) },
      handler: () => openApi(all, version),
    }),
  );
  return all;
}
