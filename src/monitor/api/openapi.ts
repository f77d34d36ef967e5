/** The OpenAPI 3.1 document of the API, made of the rows that register its routes. Pure. */
import type { Answer, Parameter, Route, Schema } from './route.js';
import { SCHEMAS } from './schemas.js';

const ERROR: Schema = { $ref: '#/components/schemas/Error' };

/** What any route may answer. */
const COMMON: Readonly<Record<number, string>> = {
  400: 'The request is invalid: a parameter, its body or its header.',
  401: 'The token or the session is missing or not known.',
  403: 'The role of the token is not sufficient, or a browser sent this from another site.',
  429: 'Too many requests: wait as long as Retry-After says.',
  503: 'The monitor cannot do that at the moment: see /healthz.',
};

export function openApi(routes: readonly Route[], version: string): Schema {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = openApiPath(route.path);
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Offhook monitor',
      version,
      description:
        'Monitors of phone lines: their states, runs and metrics. Times are milliseconds since 1970.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    paths,
    components: {
      schemas: SCHEMAS,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'offhook_session' },
      },
    },
  };
}

/** "/test/:name" -> "/test/{name}"; the rest of a path is called "path". */
function openApiPath(path: string): string {
  return path.replaceAll(/:(\w+)/g, '{$1}').replace(/\*$/, '{path}');
}

function operationOf(route: Route): Schema {
  const { method, path, access, tag, summary, body, answers, websocket } = route;
  const shared = Object.entries(COMMON)
    .filter(([status]) => access !== 'open' || (status !== '401' && status !== '403'))
    .map(([status, description]) => [
      status,
      answerOf({ description, content: { 'application/json': ERROR } }),
    ]);
  const own = Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)]);
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    parameters: parametersOf(route),
    ...(body === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: { ...Object.fromEntries(shared), ...Object.fromEntries(own) },
    ...(access === 'open' ? {} : { security: [{ token: [] }, { session: [] }] }),
    ...(access === 'open' ? {} : { 'x-offhook-role': access }),
    ...(websocket === true ? { 'x-offhook-websocket': true } : {}),
  };
}

function operationId(method: string, path: string): string {
  const words = path.split(/[^\w*]+/).filter((word) => word !== '');
  return [method.toLowerCase(), ...words].join('_').replace('*', 'path');
}

function parametersOf({ path, query = {}, headers = {} }: Route): readonly Schema[] {
  const names = [...openApiPath(path).matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
  const inPath = names.map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(PATH_TEXTS[name] === undefined ? {} : { description: PATH_TEXTS[name] }),
  }));
  return [...inPath, ...located('query', query), ...located('header', headers)];
}

const PATH_TEXTS: Readonly<Record<string, string>> = {
  name: 'Name of the monitor or notification, as in the configuration',
  id: 'Id of the run or of the message',
  path: 'Path of the file in the folder of the run',
};

function located(
  place: 'query' | 'header',
  parameters: Readonly<Record<string, Parameter>>,
): readonly Schema[] {
  return Object.entries(parameters).map(([name, { description, schema, required = false }]) => ({
    ...{ name, in: place, description, schema, required },
  }));
}

function answerOf({ description, content }: Answer): Schema {
  if (content === undefined) return { description };
  const types = Object.entries(content).map(([type, schema]) => [
    type,
    schema === null ? {} : { schema },
  ]);
  return { description, content: Object.fromEntries(types) as Schema };
}
