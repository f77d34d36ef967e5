/** Runs: begun and waited for as ringo does, and what is kept of those that have ended. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EndedRun } from '../model/run.js';
import { isBad, isCounted } from '../model/states.js';
import { preferred } from './message/accept.js';
import { ApiError, noRun } from './message/api-error.js';
import { known, monitorOf, type ApiContext } from './context.js';
import { filesIn, keptFile } from './message/kept-files.js';
import { json, operate, parameterOf, problem, read, type Route } from './route.js';
import { choiceParameter } from './message/query.js';
import { ref } from './schemas.js';
import { sendFile } from './message/send-file.js';

/** Only texts of this form are looked up as ids of runs. */
const RUN_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/;

/**
 * A report is a page that holds what strangers sent over SIP. Its own policy is in the page; this one also takes its origin
 * away, so that no script in it could act with the session of who reads it.
 */
const REPORT_POLICY =
  "sandbox allow-scripts allow-downloads allow-popups; default-src 'none'; script-src 'unsafe-inline'; " +
  "style-src 'unsafe-inline'; img-src data:; media-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

export function runRoutes(context: ApiContext): readonly Route[] {
  return [runNowRoute(context), runRoute(context), ...fileRoutes(context)];
}

function runNowRoute(context: ApiContext): Route {
  const { monitors } = context;
  return operate('POST', '/run/:name', {
    tag: 'runs',
    summary: 'Runs a monitor now and waits for the end, or does not wait with async=true.',
    query: {
      async: {
        description: 'Answers at once',
        schema: { enum: ['false', 'true'], default: 'false' },
      },
    },
    answers: {
      200: json('It passed', ref('Run')),
      202: json('The run begins (with async=true)', ref('Done')),
      404: problem('There is no monitor of that name'),
      409: problem('The monitor already runs or waits, or its run was stopped'),
      502: json('It failed', ref('Run')),
    },
    handler: async (request, reply) => {
      const name = parameterOf(request, 'name');
      const isAsync = choiceParameter(request.query, 'async', ['false', 'true']) === 'true';
      monitorOf(context, name);
      if (isAsync) {
        if (!known(await monitors.start(name))) throw alreadyRunning();
        return reply
          .code(202)
          .send({ ok: true, message: 'its run begins, now or as soon as there is a place' });
      }
      const run = known(await context.waiting.run(name, goneSignal(request, reply), false));
      if (run === 'running') throw alreadyRunning();
      if (run === 'ended early' || !isCounted(run.outcome)) {
        throw new ApiError(409, 'already_running', 'the run was stopped before its end');
      }
      return reply.code(isBad(run.outcome) ? 502 : 200).send(run);
    },
  });
}

function alreadyRunning(): ApiError {
  return new ApiError(409, 'already_running', 'it runs or waits already');
}

/** Aborts once the client is gone. */
export function goneSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => {
    gone.abort();
  });
  if (request.raw.socket.destroyed) gone.abort();
  return gone.signal;
}

function runRoute(context: ApiContext): Route {
  const { options } = context;
  return read('/runs/:id', {
    tag: 'runs',
    summary: 'A run that has ended: as JSON, or its HTML report for browsers where it was kept.',
    answers: {
      200: {
        description: 'The run',
        content: { 'application/json': ref('Run'), 'text/html': null },
      },
      404: problem('There is no run of that id, or no report of it is kept'),
    },
    handler: async (request, reply) => {
      const run = await runOf(context, request);
      const type = preferred(request.headers.accept, ['application/json', 'text/html']);
      void reply.header('vary', 'Accept');
      if (type !== 'text/html') return run;
      const report = run.kept ? await options.reportOf(run.id) : undefined;
      if (report === undefined) {
        throw new ApiError(404, 'not_found', 'no report of this run is kept');
      }
      return reply
        .header('content-security-policy', REPORT_POLICY)
        .header('x-frame-options', 'SAMEORIGIN')
        .type('text/html; charset=utf-8')
        .send(report);
    },
  });
}

async function runOf({ monitors }: ApiContext, request: FastifyRequest): Promise<EndedRun> {
  const id = parameterOf(request, 'id');
  const run = RUN_ID.test(id) ? await monitors.run(id) : undefined;
  if (run === undefined) throw noRun();
  return run;
}

function fileRoutes(context: ApiContext): readonly Route[] {
  return [
    read('/runs/:id/files', {
      tag: 'runs',
      summary: 'Files that are kept of a run: records, audio, captures, logs.',
      answers: {
        200: json('The files', { type: 'array', items: ref('File') }),
        404: problem('There is no run of that id'),
      },
      handler: async (request) => {
        const folder = await folderOf(context, request);
        return folder === undefined ? [] : filesIn(folder);
      },
    }),
    {
      ...read('/runs/:id/files/*', {
        tag: 'runs',
        summary: 'A file of a run, or a part of it (Range).',
        headers: { Range: { description: 'One range of bytes', schema: { type: 'string' } } },
        answers: {
          200: { description: 'The file', content: { '*/*': null } },
          206: { description: 'The part', content: { '*/*': null } },
          404: problem('There is no such file'),
          416: problem('The range begins beyond the end of the file'),
        },
        handler: async (request, reply) => {
          const folder = await folderOf(context, request);
          const file =
            folder === undefined ? undefined : await keptFile(folder, parameterOf(request, '*'));
          if (file === undefined) throw new ApiError(404, 'not_found', 'there is no such file');
          return sendFile(file, request.headers.range, reply);
        },
      }),
      // Its length would have to be known without its content.
      head: false,
    },
  ];
}

async function folderOf(context: ApiContext, request: FastifyRequest): Promise<string | undefined> {
  const run = await runOf(context, request);
  return run.kept ? context.options.filesOf(run.id) : undefined;
}
