/** An answer of the API that is no success: thrown by handlers, sent as `{ error, message }`. */

/** What programs read: stable words. The message is for people. */
export type ApiErrorCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'already_running'
  | 'too_large'
  | 'range_not_satisfiable'
  | 'misdirected'
  | 'too_many_requests'
  | 'timeout'
  | 'unavailable'
  | 'internal';

export class ApiError extends Error {
  readonly status: number;
  readonly error: ApiErrorCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    error: ApiErrorCode,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.status = status;
    this.error = error;
    this.headers = headers;
  }
}

/** Names of strangers are not repeated in answers. */
export function noMonitor(): ApiError {
  return new ApiError(404, 'not_found', 'there is no monitor of that name: GET /list has them all');
}

export function noRun(): ApiError {
  return new ApiError(404, 'not_found', 'there is no run of that id, or it has left the history');
}
