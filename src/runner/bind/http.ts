/** HTTP of one scenario: its client, its mock servers, and the way to functions of the script. */
import { OffhookError } from '../../errors.js';
import type { HttpClient } from '../../http/client.js';
import type { Allow } from '../../http/connection.js';
import { HTTP_SUBJECT } from '../../model/http-event.js';
import type { HttpRequestData, MockRequestData, RouteData } from '../../model/http-message.js';
import type {
  CallReply,
  CallRequest,
  ResponderCall,
  ResponderReply,
} from '../../sandbox/protocol.js';
import type { ServiceVerb } from '../../schema/verbs/http.js';
import { assertMayListen } from '../../policy/net-policy.js';
import { formatMs } from '../../time.js';
import { portLock } from '../locks/names.js';
import { headerSecrets } from './secrets.js';
import type { MockEvent, MockServer, MockServerOptions } from '../../webhook/server.js';

/** Settings of http(); the same for all scenarios of a run. */
export interface HttpSettings {
  /** Environment of the process. */
  variables: Readonly<Record<string, string | undefined>>;
  insecure: boolean;
  /** Absent: everything is allowed. */
  allow?: Allow;
}

export interface ServiceHooks {
  /** Waits until nobody else uses these ports. */
  lock: (names: readonly string[]) => Promise<void>;
  emit: (subject: string, event: MockEvent) => void;
  /** Called with each value that must not be shown, before the script gets it. */
  secret: (value: string) => void;
  respond: (call: ResponderCall) => Promise<ResponderReply>;
  /** Called when the script need not answer that request any more. */
  cancelResponse: (id: number) => void;
}

/** How long a request waits for a script that computes. */
const RESPONDER_WAIT_MS = 10_000;
/** Value of `#over` once everything is closed. */
const RELEASED = 'the scenario has ended';
/** Most mock servers of a scenario; stopped ones count. */
const MOST_MOCKS = 100;
/** Most requests that wait for the script at once, and most characters of their bodies. */
const MOST_WAITING = 1000;
const MOST_WAITING_TEXT = 16 * 1024 * 1024;

export class Services {
  readonly #hooks: ServiceHooks;
  readonly #settings: HttpSettings;
  #client: Promise<HttpClient> | undefined;
  readonly #mocks = new Map<string, MockServer>();
  /** Names of mock servers that listen no more: another process may get their ports. */
  readonly #stopped = new Set<string>();
  readonly #starting = new Set<Promise<unknown>>();
  #exchange = 0;
  #waiting = 0;
  #waitingText = 0;
  /** Why the script is not asked any more. */
  #over: string | undefined;

  constructor(settings: HttpSettings, hooks: ServiceHooks) {
    this.#hooks = hooks;
    this.#settings = settings;
  }

  async perform({ verb, agent = '', args }: CallRequest): Promise<CallReply> {
    const [data] = args;
    switch (verb as ServiceVerb | 'requests') {
      case 'http':
      case 'http_all':
        return { value: await this.#send(data as readonly HttpRequestData[] | HttpRequestData) };
      case 'mock_server':
        return { value: await this.#start(data as MockServerOptions) };
      case 'on':
      case 'respond':
        this.#mock(agent).add(data as RouteData);
        return {};
      case 'stop':
        this.#stopped.add(agent);
        await this.#mock(agent).stop();
        return {};
      case 'requests':
        return {
          value: this.#mock(agent)
            .find(data as readonly number[])
            .map(this.#told),
        };
    }
  }

  /** Mock servers that listen. */
  get servers(): readonly { name: string; url: string }[] {
    const listening = [...this.#mocks.values()].filter(({ name }) => !this.#stopped.has(name));
    return listening.map(({ name, url }) => ({ name, url }));
  }

  /** Makes mock servers answer 503, from now on, where a function of the script would answer. */
  teardownBegins(): void {
    this.#over ??= 'the scenario is over';
  }

  /** Closes everything. Idempotent; never rejects. */
  async release(): Promise<void> {
    this.#over = RELEASED;
    void this.#client?.then((client) => {
      client.close();
    });
    await Promise.allSettled(this.#starting);
    await Promise.allSettled([...this.#mocks.values()].map((mock) => mock.stop()));
  }

  /** Waits for all requests: a failing one cuts none of the others short. */
  async #send(requests: readonly HttpRequestData[] | HttpRequestData): Promise<unknown> {
    const all = Array.isArray(requests) ? (requests as readonly HttpRequestData[]) : [requests];
    const client = await (this.#client ??= this.#makeClient());
    const results = await Promise.allSettled(
      (all as readonly HttpRequestData[]).map((one) => client.send(one)),
    );
    return results.map((result) => {
      if (result.status === 'fulfilled') return result.value;
      throw result.reason;
    });
  }

  /** Loads the client only when a scenario needs it: most do not. */
  async #makeClient(): Promise<HttpClient> {
    const { HttpClient: Client } = await import('../../http/client.js');
    const { variables, insecure } = this.#settings;
    return new Client({
      ...{ variables, insecure },
      allow: (target) => {
        if (!this.#isOwn(target)) this.#settings.allow?.(target);
      },
      event: (event) => {
        this.#hooks.emit(HTTP_SUBJECT, event);
      },
      nextExchange: () => (this.#exchange += 1),
    });
  }

  async #start(options: MockServerOptions): Promise<{ name: string; url: string; port: number }> {
    let name = '';
    const { MockServer: Server } = await import('../../webhook/server.js');
    if (this.#isReleased()) throw ended();
    if (this.#starting.size >= MOST_MOCKS) {
      throw new OffhookError(
        'E_MOCK',
        {
          subject: 'mock server',
          what: 'the scenario has started too many',
          limit: String(MOST_MOCKS),
        },
        {
          hint: 'use one server with several routes',
        },
      );
    }
    const { allow } = this.#settings;
    const { host, port } = options;
    const hint = 'leave out host and port';
    if (allow !== undefined) assertMayListen(allow, { what: 'mock server', host, port, hint });
    if (port !== 0) await this.#hooks.lock([portLock(port)]);
    if (this.#isReleased()) throw ended();
    const starting = Server.start(options, {
      event: (event) => {
        this.#hooks.emit(name, event);
      },
      respond: (responder, request) => this.#respond(responder, request),
      nextExchange: () => (this.#exchange += 1),
    });
    this.#starting.add(starting);
    const mock = await starting;
    name = mock.name;
    this.#mocks.set(name, mock);
    return { name, url: mock.url, port: mock.port };
  }

  /** This is a function, because the value changes while something is awaited. */
  #isReleased(): boolean {
    return this.#over === RELEASED;
  }

  /**
   * Whether the target is a listening mock server of this scenario: always allowed, as it leads to the
   * script.
   */
  #isOwn({ host, port, address = host }: Parameters<Allow>[0]): boolean {
    return [...this.#mocks.values()].some(({ name, url, port: own }) => {
      if (this.#stopped.has(name)) return false;
      const at = new URL(url).hostname.replace(/^\[|\]$/g, '');
      return own === port && at === host && at === address;
    });
  }

  /** Notes the secrets in the headers of a request, so that no report shows them. @returns the request, for the script */
  readonly #told = (request: MockRequestData): MockRequestData => {
    headerSecrets(request.headers).forEach(this.#hooks.secret);
    return request;
  };

  #mock(name: string): MockServer {
    const mock = this.#mocks.get(name);
    if (mock === undefined) throw gone(name);
    return mock;
  }

  async #respond(responder: number, request: MockRequestData): Promise<ResponderReply> {
    if (this.#over !== undefined) return { unavailable: this.#over };
    if (this.#waiting >= MOST_WAITING) {
      return { unavailable: `too many requests wait for the script (limit ${MOST_WAITING})` };
    }
    const size = request.body.length + (request.body_base64 ?? '').length;
    if (this.#waiting > 0 && this.#waitingText + size > MOST_WAITING_TEXT) {
      return { unavailable: 'the requests that wait for the script are too large (limit 16 MiB)' };
    }
    this.#waiting += 1;
    this.#waitingText += size;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<ResponderReply>((resolve) => {
      timer = setTimeout(() => {
        this.#hooks.cancelResponse(request.id);
        const limit = formatMs(RESPONDER_WAIT_MS);
        resolve({ unavailable: `the script was busy and did not answer (limit ${limit})` });
      }, RESPONDER_WAIT_MS);
    });
    try {
      const { id } = request;
      return await Promise.race([
        this.#hooks.respond({ id, responder, request: this.#told(request) }),
        late,
      ]);
    } finally {
      clearTimeout(timer);
      this.#waiting -= 1;
      this.#waitingText -= size;
    }
  }
}

function gone(name: string): OffhookError {
  return new OffhookError('E_MOCK', { subject: name, what: 'does not exist in this scenario' });
}

function ended(): OffhookError {
  return new OffhookError('E_MOCK', { subject: 'mock_server()', what: 'the scenario has ended' });
}
