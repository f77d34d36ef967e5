/**
 * HTTP in the log: requests a script sends, and those its mock servers receive. Pure data; also used inside
 * QuickJS.
 */

/** `exchange` joins a request with its answer; numbers are unique within a scenario. */
export type HttpEvent =
  /** A script's http() sent a request: one for each hop of a redirect. */
  | {
      type: 'http_sent';
      exchange: number;
      method: string;
      url: string;
      body: string;
      bytes: number;
    }
  | {
      type: 'http_response';
      exchange: number;
      method: string;
      url: string;
      status: number;
      ms: number;
      body: string;
      bytes: number;
    }
  | {
      type: 'http_failed';
      exchange: number;
      method: string;
      url: string;
      reason: string;
      ms: number;
    }
  /** A mock server received a request. `path` without the query. */
  | {
      type: 'http_received';
      exchange: number;
      method: string;
      path: string;
      query: string;
      body: string;
      bytes: number;
    }
  /** A mock server answered; without `status` the connection was closed instead. */
  | {
      type: 'http_answered';
      exchange: number;
      method: string;
      path: string;
      status?: number;
      /** Who gave the answer: a fixed one, the script's function, or Offhook itself. */
      by: 'static' | 'responder' | 'offhook';
      reason?: string;
      ms: number;
      body: string;
      bytes: number;
    };

/** Subject of the requests of http() in the log; a mock server is `mock:PORT`. */
export const HTTP_SUBJECT = 'http';

export const isMockServer = (subject: string): boolean => subject.startsWith('mock:');

const SHOWN = 500;

/** A body as reports show it: its beginning, without control characters but line breaks. */
export function shownBody(text: string): string {
  const shown = text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;

  return shown.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '\ufffd');
}

export function isHttpEvent(event: { type: string }): event is HttpEvent {
  return event.type.startsWith('http_');
}
