/** HTTP requests and answers as they cross between script, thread and drivers: plain data. */

/** Body to send. */
export interface Payload {
  data: string;
  encoding: 'utf8' | 'base64';
  /** Content-Type, unless the headers have one. */
  type: string;
}

/** Header fields by name; an array is sent as several fields. */
export type HttpHeaders = Readonly<Record<string, string | readonly string[]>>;

/** A request of a script: checked, with the body as bytes. */
export interface HttpRequestData {
  method: string;
  url: string;
  headers: HttpHeaders;
  payload?: Payload;
  timeout_ms: number;
  /** How many redirects are followed. */
  redirects: number;
}

export interface HttpResponseData {
  status: number;
  reason: string;
  /** Names in lower case; fields of one name joined with ", ". */
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Its bytes, where they are not UTF-8. */
  body_base64?: string;
  ms: number;
  method: string;
  /** Where the answer came from, after redirects. */
  url: string;
}

/** A request a mock server received. */
export interface MockRequestData {
  id: number;
  method: string;
  /** The path as it was on the wire, without the query. */
  path: string;
  query: Readonly<Record<string, string | readonly string[]>>;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Its bytes, where they are not UTF-8. */
  body_base64?: string;
}

/** What a mock server answers: checked, with the body as bytes. */
export interface MockResponseData {
  status: number;
  headers: HttpHeaders;
  payload?: Payload;
  delay_ms: number;
  /** Closes the connection instead of answering. */
  drop: boolean;
}

/** A path of a route: exact, with "*" and "**", or a regular expression. */
export type PathPattern = { text: string } | { regex: string; flags: string };

export interface RouteData {
  /** Undefined: any. */
  method?: string;
  path: PathPattern;
  /** Answers given in turn, the last one again and again; absent: the script's function answers. */
  responses?: readonly MockResponseData[];
  /** Number of the script's function. */
  responder?: number;
}
