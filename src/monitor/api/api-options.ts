/** What the API is given. */
import type { Letter } from '../model/letter.js';

/** `read` sees everything; `operate` may also start, stop, mark failed, pause and probe. */
export type Role = 'read' | 'operate';

export interface ApiToken {
  /** Name of the token's owner, as the page shows it. */
  readonly name: string;
  readonly token: string;
  readonly role: Role;
}

/** Requests of one address: so many at once, and so many per second after that. */
export interface Rate {
  readonly burst: number;
  readonly per_second: number;
}

export interface ApiLimits {
  readonly requests: Rate;
  /** Limits POST /login, against guessing. */
  readonly logins: Rate;
  readonly connections: number;
  /** Listeners of /ws and /events together. */
  readonly feeds: number;
  /** So long such a listener may take to read what waits for it, in ms. */
  readonly slow_ms: number;
  /** Interval of the pings that keep such a connection alive and find listeners that are gone, in ms. */
  readonly ping_ms: number;
  /** Requests that wait for the end of a run: POST /run and /probe. */
  readonly waiting: number;
}

/**
 * A page with 200 monitors asks some 600 times when it opens; a scraper asks once in 15 s. Proxies close connections that are
 * silent for a minute; the page takes 40 s of silence for the end.
 */
export const API_LIMITS: ApiLimits = {
  requests: { burst: 1000, per_second: 50 },
  logins: { burst: 5, per_second: 0.1 },
  connections: 1000,
  feeds: 100,
  slow_ms: 30_000,
  ping_ms: 15_000,
  waiting: 100,
};

export interface ApiOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** None: only loopback addresses may be listened on. */
  readonly tokens: readonly ApiToken[];
  /** The certificate and its private key, as PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** The version of Offhook, for metrics and the OpenAPI document. */
  readonly version: string;
  /** HTML of the page: each `__NONCE__` in it becomes the nonce of the answer's policy. */
  readonly page?: string;
  /** The public page; its HTML has `__NONCE__`, too, and takes its data from /status.json. */
  readonly status_page?: { readonly title: string; readonly page: string };
  readonly limits?: Partial<ApiLimits>;
  /** Folder of a kept run. */
  filesOf(runId: string): string | undefined;
  /** HTML report of a kept run. */
  reportOf(runId: string): Promise<string | undefined>;
  readonly notifications?: {
    readonly names: readonly string[];
    /** Sends a test notification. @returns why it was not delivered, if so; undefined: it was */
    test(target: string): Promise<string | undefined>;
    /** What waits to be delivered or was given up, the oldest first. */
    letters(): readonly Letter[];
    /** Tries to deliver a message again. false: there is none with that id. */
    sendAgain(id: string): Promise<boolean>;
    /** Discards a message that was given up. false: there is none with that id. */
    discard(id: string): Promise<boolean>;
  };
  /** Called with each error that is a bug; the answer to the request says nothing about it. */
  readonly onError?: (error: unknown) => void;
}

export interface Api {
  /** The address without a slash at its end; the wildcard address is shown as loopback. */
  readonly url: string;
  close(): Promise<void>;
}
