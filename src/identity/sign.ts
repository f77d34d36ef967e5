/** Signs the identity of a caller: a PASSporT by ES256 as the value of an Identity header (RFC 8224, 8225, 8588). */
import { createPrivateKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { OffhookError } from '../errors.js';
import { canonicalJson, identified, type Json, type JsonObject } from './canonical.js';

/** Claims with another value or, where it is null, without it. */
type Changes = Readonly<Record<string, unknown>>;

export interface SignOptions {
  readonly private_key: string;
  readonly x5u: string;
  readonly orig: unknown;
  readonly dest: unknown;
  readonly iat?: number;
  readonly attest?: string;
  readonly origid?: string;
  readonly ppt?: string;
  readonly claims?: Changes;
  readonly header?: Changes;
  readonly compact?: boolean;
}

/** @throws OffhookError E_ARGUMENT for a key that cannot sign by ES256 */
export function signIdentity(options: SignOptions): string {
  const { x5u, attest, compact = false } = options;
  const ppt = options.ppt ?? (attest === undefined ? undefined : 'shaken');
  const header = changed(
    { alg: 'ES256', ...(ppt === undefined ? {} : { ppt }), typ: 'passport', x5u },
    options.header,
  );
  const payload = changed(claimsOf(options), options.claims);
  const text = `${base64url(canonicalJson(header))}.${base64url(canonicalJson(payload))}`;
  const signature = sign('sha256', Buffer.from(text), {
    key: signingKey(options.private_key),
    dsaEncoding: 'ieee-p1363',
  }).toString('base64url');
  const parameters = [`info=<${x5u}>`, 'alg=ES256', ...(ppt === undefined ? [] : [`ppt=${ppt}`])];
  return [`${compact ? '.' : text}.${signature}`, ...parameters].join(';');
}

function claimsOf({ orig, dest, iat, attest, origid }: SignOptions): JsonObject {
  const shaken =
    attest === undefined ? {} : ({ attest, origid: origid ?? randomUUID() } satisfies JsonObject);
  return {
    ...(origid === undefined ? {} : { origid }),
    ...shaken,
    dest:
      typeof dest === 'string' || Array.isArray(dest) ? destinations([dest].flat()) : asJson(dest),
    iat: iat ?? Math.floor(Date.now() / 1000),
    orig: typeof orig === 'string' ? { ...identified(orig) } : asJson(orig),
  };
}

/** Numbers and URIs in one list each (RFC 8225, 5.2.1). */
function destinations(given: readonly unknown[]): JsonObject {
  const all = given.map((one) => identified(String(one)));
  const tn = all.flatMap((one) => ('tn' in one ? [one.tn] : []));
  const uri = all.flatMap((one) => ('uri' in one ? [one.uri] : []));
  return { ...(tn.length === 0 ? {} : { tn }), ...(uri.length === 0 ? {} : { uri }) };
}

function changed(fields: JsonObject, changes: Changes = {}): JsonObject {
  const all = { ...fields, ...(asJson(changes) as JsonObject) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function asJson(value: unknown): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function signingKey(pem: string): KeyObject {
  const key = parsed(pem);
  if (key?.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key;
  throw new OffhookError(
    'E_ARGUMENT',
    {
      subject: 'sign_identity()',
      what: 'option "private_key" must be a private key on the curve P-256, as PEM',
      seen: key === undefined ? 'not a private key' : `a ${kindOf(key)} key`,
    },
    { hint: 'use what generate_key() returns, or read yours with file_text()' },
  );
}

function parsed(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function kindOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
  return asymmetricKeyDetails?.namedCurve ?? asymmetricKeyType ?? 'symmetric';
}
