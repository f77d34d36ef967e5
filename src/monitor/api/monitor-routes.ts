/** Monitors as CallTest has them (`/`, `/list`, `/test`) and as ringo has them (`/monitors`), and what can be done with them. */
import type { FastifyRequest } from 'fastify';
import type { Monitors } from '../model/view.js';
import { ApiError } from './message/api-error.js';
import { known, monitorOf, type ApiContext } from './context.js';
import { json, operate, parameterOf, problem, read, type Handler, type Route } from './route.js';
import { ref, TIME } from './schemas.js';
import { groupsOf, shownMonitor, testOf } from './shown.js';
import { choiceParameter, integerParameter, LATEST } from './message/query.js';

export function monitorRoutes(context: ApiContext): readonly Route[] {
  return [...overviewRoutes(context), ...actionRoutes(context), ...historyRoutes(context)];
}

const UNKNOWN = problem('There is no monitor of that name');

function overviewRoutes(context: ApiContext): readonly Route[] {
  const { monitors } = context;
  return [
    read('/', {
      tag: 'monitors',
      summary:
        'Names of monitors that fail, warn or have a note, and counts; browsers get the page.',
      page: true,
      answers: { 200: json('The state', ref('Overview')) },
      handler: () => overviewOf(monitors, ['fail', 'warn', 'note']),
    }),
    read('/list', {
      tag: 'monitors',
      summary: 'As /, and the names of monitors that are ok, paused or unknown.',
      answers: { 200: json('The state', ref('List')) },
      handler: () => overviewOf(monitors, ['fail', 'warn', 'note', 'ok', 'paused', 'unknown']),
    }),
    read('/test/:name', {
      tag: 'monitors',
      summary: 'State and counters of a monitor, in the words of CallTest.',
      answers: { 200: json('The state', ref('Test')), 404: UNKNOWN },
      handler: (request) => testOf(monitorOf(context, parameterOf(request, 'name'))),
    }),
    read('/monitors', {
      tag: 'monitors',
      summary: 'All monitors, in the order of the configuration.',
      answers: { 200: json('The monitors', { type: 'array', items: ref('Monitor') }) },
      handler: () => monitors.all().map(shownMonitor),
    }),
    read('/monitors/:name', {
      tag: 'monitors',
      summary: 'Everything about a monitor; browsers get the page.',
      page: true,
      answers: { 200: json('The monitor', ref('Monitor')), 404: UNKNOWN },
      handler: (request) => shownMonitor(monitorOf(context, parameterOf(request, 'name'))),
    }),
  ];
}

type Group = keyof ReturnType<typeof groupsOf>;

function overviewOf(
  monitors: Monitors,
  shown: readonly Group[],
): Readonly<Record<string, unknown>> {
  const views = monitors.all();
  const groups = groupsOf(views);
  return {
    ...Object.fromEntries(shown.map((group) => [group, groups[group]])),
    ...Object.fromEntries(
      Object.entries(groups).map(([group, names]) => [`n_${group}`, names.length]),
    ),
    n_running: views.filter(({ running }) => running !== undefined).length,
    healthy: monitors.problems().length === 0,
  };
}

interface Action {
  readonly verb: string;
  readonly summary: string;
  readonly act: (
    monitors: Monitors,
    name: string,
    request: FastifyRequest,
  ) => Promise<boolean | undefined>;
  readonly done: string;
  /** Why it was not done. */
  readonly not: string;
}

const ACTIONS: readonly Action[] = [
  {
    verb: 'start',
    summary: 'Begins a run now, or as soon as there is a place.',
    act: (monitors, name) => monitors.start(name),
    done: 'its run begins, now or as soon as there is a place',
    not: 'it runs or waits already',
  },
  {
    verb: 'stop',
    summary: 'Ends its run, which does not count then.',
    act: (monitors, name) => monitors.stop(name),
    done: 'its run ends, and does not count',
    not: 'it neither runs nor waits',
  },
  {
    verb: 'fail',
    summary: 'Ends its run, if it has one, and counts a run that failed.',
    act: (monitors, name, request) =>
      monitors.fail(name, `marked as failed by ${request.identity?.name ?? 'somebody'}`),
    done: 'it counts as failed',
    not: 'it was not counted',
  },
  {
    verb: 'pause',
    summary: 'Stops its schedule until somebody resumes it.',
    act: (monitors, name) => monitors.pause(name, true),
    done: 'its schedule is paused',
    not: 'it was paused already',
  },
  {
    verb: 'resume',
    summary: 'Goes on with its schedule.',
    act: (monitors, name) => monitors.pause(name, false),
    done: 'its schedule goes on',
    not: 'it was not paused',
  },
];

function actionRoutes({ monitors }: ApiContext): readonly Route[] {
  return ACTIONS.map(({ verb, summary, act, done, not }) => {
    const handler: Handler = async (request) => {
      const ok = known(await act(monitors, parameterOf(request, 'name'), request));
      return { ok, message: ok ? done : not };
    };
    return operate('PUT', `/test/:name/${verb}`, {
      tag: 'monitors',
      summary,
      answers: { 200: json('Whether that changed something', ref('Done')), 404: UNKNOWN },
      handler,
    });
  });
}

/** One answer holds at most so many runs. */
const MOST_RUNS = 500;
const HOUR_MS = 3600_000;
/** Hours or days of one answer: a year of days, two months of hours. */
const MOST_BUCKETS = 1500;

function historyRoutes({ monitors }: ApiContext): readonly Route[] {
  return [
    read('/monitors/:name/runs', {
      tag: 'runs',
      summary: 'Ended runs of a monitor, the newest first.',
      query: {
        before: { description: 'Only runs that began before that time', schema: TIME },
        limit: {
          description: 'How many at most',
          schema: { type: 'integer', minimum: 1, maximum: MOST_RUNS, default: 50 },
        },
      },
      answers: { 200: json('The runs', { type: 'array', items: ref('Run') }), 404: UNKNOWN },
      handler: async (request) => {
        const { query } = request;
        const before = integerParameter(query, 'before', { ...EVER, otherwise: LATEST });
        const limit = integerParameter(query, 'limit', {
          least: 1,
          most: MOST_RUNS,
          otherwise: 50,
        });
        return known(await monitors.history(parameterOf(request, 'name'), before, limit));
      },
    }),
    read('/monitors/:name/buckets', {
      tag: 'runs',
      summary: 'Hours or days of a monitor: counts, times in states, sums of measures.',
      query: {
        size: {
          description: 'Length of a bucket',
          schema: { enum: ['hour', 'day'], default: 'hour' },
        },
        from: {
          description: 'Begin. Default: 24 hours (`hour`) or 30 days (`day`) before `to`',
          schema: TIME,
        },
        to: { description: 'End. Default: now', schema: TIME },
      },
      answers: {
        200: json('The oldest first', { type: 'array', items: ref('Bucket') }),
        404: UNKNOWN,
      },
      handler: async (request) => {
        const { query } = request;
        const size = choiceParameter(query, 'size', ['hour', 'day']);
        const length = size === 'hour' ? HOUR_MS : 24 * HOUR_MS;
        const to = integerParameter(query, 'to', { ...EVER, otherwise: Date.now() + 1 });
        const span = size === 'hour' ? 24 : 30;
        const otherwise = Math.max(0, to - span * length);
        const from = integerParameter(query, 'from', { ...EVER, otherwise });
        if (to - from > MOST_BUCKETS * length) {
          const message = `from and to are more than ${MOST_BUCKETS} ${size}s apart`;
          throw new ApiError(400, 'bad_request', message);
        }
        return known(await monitors.buckets(parameterOf(request, 'name'), size, from, to));
      },
    }),
  ];
}

const EVER = { least: 0, most: LATEST };
