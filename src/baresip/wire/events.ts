/** Parses a frame of ctrl_tcp into a reply to a command, an event or a MESSAGE. */

export interface Reply {
  kind: 'reply';
  ok: boolean;
  data: string;
  token: string;
}

export interface CtrlEvent {
  kind: 'event';
  name: string;
  /** Call id; empty in SDP events of a new call. */
  call: string;
  outgoing: boolean;
  peerUri: string;
  peerName: string;
  param: string;
  /** All fields as text, for fields without a property here. */
  fields: Readonly<Record<string, string>>;
}

export type Frame = Reply | CtrlEvent | { kind: 'garbage'; text: string };

export function decodeFrame(text: string): Frame {
  const object = parseObject(text);
  if (object === undefined) return { kind: 'garbage', text };
  if (object['response'] === true) {
    const { ok, data, token } = object;
    return { kind: 'reply', ok: ok === true, data: asText(data), token: asText(token) };
  }
  if (object['event'] === true || object['message'] === true) {
    const fields: Record<string, string> = {};
    for (const [name, value] of Object.entries(object)) {
      if (name !== 'event') fields[name] = asText(value);
    }
    return {
      kind: 'event',
      // From 1.1 on MESSAGE has its own kind of frame, without a type.
      name: asText(object['type']) || (object['message'] === true ? 'MESSAGE' : 'UNKNOWN'),
      call: asText(object['id']),
      outgoing: object['direction'] === 'outgoing',
      peerUri: asText(object['peeruri']),
      peerName: asText(object['peerdisplayname']),
      param: asText(object['param']),
      fields,
    };
  }
  return { kind: 'garbage', text };
}

/** Old versions pass control characters of remote texts through: only they need a second attempt. */
function parseObject(text: string): Record<string, unknown> | undefined {
  return asObject(text) ?? asObject(escapeControls(text));
}

function asObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function escapeControls(text: string): string {
  return text.replace(
    /[\x00-\x1f]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
