/**
 * The script's own header fields on outgoing INVITEs: by baresip's command from 2.3 on; before that, and for
 * values the command cannot carry, behind the outbound route of the account, which reaches the wire as
 * written.
 */
import { OffhookError } from '../../errors.js';
import type { HeaderField } from '../../sip/sip-message.js';
import { headerProblem } from '../../sip/headers.js';
import { hasCapability, sinceOf } from '../capabilities.js';
import type { CapabilityName } from '../../schema/capabilities.js';
import type { Command } from '../wire/ctrl.js';
import { accountParameterIn } from './quoted.js';
import type { AgentOptions } from '../../agents/user-agent.js';

/** Ends the last of our lines: baresip closes the route itself, after this name. */
const ROUTE_END = 'X-Route-End';

/** Fields set by a command, and fields carried by the account's outbound route. */
export interface Headers {
  readonly commanded: readonly HeaderField[];
  readonly carried: readonly HeaderField[];
}

/** The `headers` option as fields, in order. @throws OffhookError E_ARGUMENT, E_CAPABILITY. */
export function headersOf(agent: string, options: AgentOptions, version: string): Headers {
  const fields = Object.entries(options.headers ?? {}).flatMap(([name, value]) =>
    valuesOf(agent, name, value).map((one): HeaderField => [name, one]),
  );
  for (const [name, value] of fields) checkField(agent, name, value);
  // The proxy in front of baresip writes them.
  if (options.proxy === true) return { commanded: [], carried: [] };
  const lacking = lackingFor(fields, version);
  if (lacking === undefined) return { commanded: fields, carried: [] };
  if (options.headers_compat !== true) {
    const what = lacking === 'uaaddheader' ? 'cannot add headers' : 'cannot send blanks in a value';
    throw new OffhookError(
      'E_CAPABILITY',
      {
        subject: `agent "${agent}"`,
        verb: 'headers',
        what: `baresip ${version} ${what} (possible from ${sinceOf(lacking)})`,
      },
      {
        hint: 'write proxy: true, allow the workaround with headers_compat: true, or use a newer baresip',
      },
    );
  }
  for (const [name, value] of fields) checkCarried(agent, version, name, value);
  return { commanded: [], carried: fields };
}

/** The capability this baresip's command lacks to send these fields. */
function lackingFor(fields: readonly HeaderField[], version: string): CapabilityName | undefined {
  if (fields.length === 0) return undefined;
  if (!hasCapability(version, 'uaaddheader')) return 'uaaddheader';
  const blank = fields.some(([, value]) => value.trim().includes(' '));
  return blank && !hasCapability(version, 'header_blanks') ? 'header_blanks' : undefined;
}

/** A carried value stands in no quotes of its own, and baresip searches it for parameters of the account, too. */
function checkCarried(agent: string, version: string, name: string, value: string): void {
  const bad = value.includes('"') ? '"' : accountParameterIn(value);
  if (bad === undefined) return;
  throw new OffhookError(
    'E_CAPABILITY',
    {
      subject: `agent "${agent}"`,
      verb: 'headers',
      what: name,
      seen: `baresip ${version} cannot send ${JSON.stringify(bad)} in a value (possible from ${sinceOf('header_blanks')})`,
    },
    { hint: 'choose a value without it, or use a newer baresip' },
  );
}

function valuesOf(agent: string, name: string, value: unknown): readonly string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  const other = values.find((one) => typeof one !== 'string');
  if (values.length > 0 && other === undefined) return values as string[];
  const seen = values.length === 0 ? 'an empty array' : JSON.stringify(other);
  throw new OffhookError(
    'E_ARGUMENT',
    {
      subject: `agent "${agent}"`,
      verb: 'headers',
      what: `${shownName(name)} must be text or an array of texts`,
      seen: `got ${seen}`,
    },
    { hint: 'write for example {"X-Tenant": "blue"}' },
  );
}

function checkField(agent: string, name: string, value: string): void {
  const problem = headerProblem(name, value);
  if (problem === undefined) return;
  throw new OffhookError(
    'E_ARGUMENT',
    { subject: `agent "${agent}"`, verb: 'headers', what: `${shownName(name)} ${problem}` },
    {
      hint: 'write one header field for each name, or an array of values',
    },
  );
}

function shownName(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 57)}...` : name);
}

/** Makes a `uaaddheader` command of each header field. Its account index is 0: an agent has only one account. */
export function headerCommands(fields: readonly HeaderField[], version: string): Command[] {
  const form = hasCapability(version, 'header_blanks') ? escapeValue : String;
  return fields.map(([name, value]) => ({
    name: 'uaaddheader',
    params: `${name}=${form(value.trim())} 0`,
  }));
}

/** Escapes everything that RFC 3261, 25.1 forbids in a header of a URI. */
function escapeValue(value: string): string {
  return encodeURIComponent(value).replace(/%(?:5B|5D|2F|3F|3A|2B|24)/g, decodeURIComponent);
}

/** An outbound proxy that carries the fields; `proxy` is a SIP URI without brackets. */
export function routeWithHeaders(proxy: string, fields: readonly HeaderField[]): string {
  return [
    `${routeUri(proxy)};lr>`,
    ...fields.map(([name, value]) => `${name}: ${value.trim()}`),
    `${ROUTE_END}: <x`,
  ].join('\r\n');
}

/** The lines that such a route adds to a request, for the reports. */
export function addedLines(proxy: string, fields: readonly HeaderField[]): readonly string[] {
  return [
    `Route: <${routeUri(proxy)};lr>`,
    ...fields.map(([name, value]) => `${name}: ${value.trim()}`),
    `${ROUTE_END}: <x;lr>`,
  ];
}

/** The route with a user part: baresip searches for "@" in all the text that follows. */
function routeUri(proxy: string): string {
  const [, scheme = 'sip:', rest = ''] = /^(sips?:)(.*)$/i.exec(proxy.replace(/;lr\b/gi, '')) ?? [];
  return `${scheme}${rest.includes('@') ? '' : 'x@'}${rest}`;
}
