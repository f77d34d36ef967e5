/** Reads and checks the value of an Identity header as a verification service does (RFC 8224, 6.2; RFC 8225, 8588). */
import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { OffhookError } from '../errors.js';
import { certificatesIn, chainProblem, isValidAt } from './chain.js';
import {
  canonicalJson,
  identified,
  identityField,
  isArray,
  isObject,
  type IdentityField,
  type Json,
  type JsonObject,
} from './canonical.js';

export interface ReadOptions {
  /** Further ones behind it are those between it and the authority. */
  readonly certificate?: string;
  /** Authorities: without them the issuer is not looked at. */
  readonly trusted?: string;
  readonly public_key?: string;
  /** Who calls and who is called, as the message says: must be what was signed. */
  readonly orig?: string;
  readonly dest?: string;
  /** When a token in the compact form, which does not say it, was signed: seconds since 1970. */
  readonly iat?: number;
  /** The time at which the token is judged, in seconds since 1970. */
  readonly now?: number;
  /** A token that is older is refused; in seconds. */
  readonly max_age?: number;
}

export interface Identity {
  readonly compact: boolean;
  readonly header?: JsonObject;
  readonly payload?: JsonObject;
  readonly info?: string;
  readonly alg?: string;
  readonly ppt?: string;
  /** Absent when nothing is wrong but no key was given. */
  readonly valid?: boolean;
  /** The response for what is wrong (RFC 8224, 6.2.2). */
  readonly code?: number;
  readonly reason?: string;
}

/** What is wrong, and the response that says so. */
type Problem = readonly [code: number, reason: string];

const DEFAULT_MAX_AGE_S = 60;
/** The parser of the sandbox uses the native stack. */
const DEEPEST_JSON = 20;

/** @throws OffhookError E_ARGUMENT for a certificate or key that cannot be read */
export function readIdentity(value: string, options: ReadOptions): Identity {
  const key = checkingKey(options);
  if (value.trim() === '') return wrong({ compact: false }, [428, 'there is no Identity header']);
  const field = identityField(value);
  if (field === undefined) {
    return wrong({ compact: false }, [
      438,
      'the value is not one token (three parts of base64url with dots between them) with parameters',
    ]);
  }
  const compact = field.parts[0] === '';
  const token = compact ? rebuilt(field, options) : sent(field);
  const { info, alg, ppt } = field;
  const read = {
    compact,
    ...(token.header === undefined ? {} : { header: token.header }),
    ...(token.payload === undefined ? {} : { payload: token.payload }),
    ...(info === undefined ? {} : { info }),
    ...(alg === undefined ? {} : { alg }),
    ...(ppt === undefined ? {} : { ppt }),
  };
  const problem =
    headerProblem(field, token) ??
    claimsProblem(field, token.payload, options) ??
    keyProblem(key, options) ??
    (key === undefined || isSigned(token.text, field.parts[2], key.key)
      ? undefined
      : ([438, 'the signature does not verify with the given key'] as const));
  if (problem !== undefined) return wrong(read, problem);
  return key === undefined ? read : { ...read, valid: true };
}

/** Whether ES256 over the text gives that signature (RFC 7518, 3.4). */
export function isSigned(text: string, signature: string, key: KeyObject): boolean {
  return verify(
    'sha256',
    Buffer.from(text),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
}

function wrong(read: Identity, [code, reason]: Problem): Identity {
  return { ...read, valid: false, code, reason };
}

interface Token {
  readonly header: JsonObject | undefined;
  readonly payload: JsonObject | undefined;
  /** What the signature covers. */
  readonly text: string;
}

function sent({ parts: [header, payload] }: IdentityField): Token {
  return { header: decoded(header), payload: decoded(payload), text: `${header}.${payload}` };
}

/** The compact form leaves out what the message says: it is put together again (RFC 8225, 7). */
function rebuilt({ info, ppt }: IdentityField, { orig, dest, iat }: ReadOptions): Token {
  if (orig === undefined || dest === undefined || iat === undefined) {
    return { header: undefined, payload: undefined, text: '' };
  }
  const to = identified(dest);
  const header: JsonObject = {
    alg: 'ES256',
    ...(ppt === undefined ? {} : { ppt }),
    typ: 'passport',
    x5u: info ?? '',
  };
  const payload: JsonObject = {
    dest: 'tn' in to ? { tn: [to.tn] } : { uri: [to.uri] },
    iat,
    orig: { ...identified(orig) },
  };
  const text = [header, payload]
    .map((part) => Buffer.from(canonicalJson(part)).toString('base64url'))
    .join('.');
  return { header, payload, text };
}

function decoded(part: string): JsonObject | undefined {
  try {
    const value = JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;
    return isObject(value) && !isDeeper(value, DEEPEST_JSON) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isDeeper(value: Json, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((one: Json) => isDeeper(one, levels - 1));
}

function headerProblem(field: IdentityField, { header }: Token): Problem | undefined {
  const { info, alg = 'ES256', ppt, parts } = field;
  if (info === undefined) return [436, 'there is no parameter info with a URI in angle brackets'];
  if (alg !== 'ES256') return [437, `alg is ${alg}, not ES256`];
  if (header === undefined) {
    return parts[0] === ''
      ? [438, 'the compact form can only be checked with orig, dest and iat of the message']
      : [438, 'the header of the token is not a JSON object'];
  }
  if (header['alg'] !== 'ES256')
    return [437, `alg of the token is ${shown(header['alg'])}, not "ES256"`];
  if (header['typ'] !== 'passport') {
    return [438, `typ of the token is ${shown(header['typ'])}, not "passport"`];
  }
  if (header['x5u'] !== info) {
    return [438, `x5u of the token is ${shown(header['x5u'])}, but info is ${shown(info)}`];
  }
  if (header['ppt'] === ppt) return undefined;
  return [
    438,
    `ppt of the token is ${shown(header['ppt'])}, but the parameter ppt is ${shown(ppt)}`,
  ];
}

function claimsProblem(
  { ppt }: IdentityField,
  payload: JsonObject | undefined,
  options: ReadOptions,
): Problem | undefined {
  if (payload === undefined) return [438, 'the payload of the token is not a JSON object'];
  const { iat, orig, dest, attest, origid } = payload;
  if (typeof iat !== 'number') return [438, `the claim iat is ${shown(iat)}, not a number`];
  if (!isObject(orig)) return [438, `the claim orig is ${shown(orig)}, not an object`];
  if (!isObject(dest)) return [438, `the claim dest is ${shown(dest)}, not an object`];
  if (ppt === 'shaken' && !(typeof attest === 'string' && ['A', 'B', 'C'].includes(attest))) {
    return [438, `the claim attest is ${shown(attest)}, not "A", "B" or "C"`];
  }
  if (ppt === 'shaken' && typeof origid !== 'string') {
    return [438, `the claim origid is ${shown(origid)}, not text`];
  }
  const { now = Date.now() / 1000, max_age = DEFAULT_MAX_AGE_S } = options;
  const age = Math.floor(now - iat);
  if (Math.abs(age) > max_age) {
    const when = age < 0 ? `${-age} s ahead of now` : `${age} s ago`;
    return [403, `iat is ${when} (limit ${max_age} s)`];
  }
  return endProblem('orig', orig, options.orig) ?? endProblem('dest', dest, options.dest);
}

function endProblem(
  claim: string,
  signed: JsonObject,
  expected: string | undefined,
): Problem | undefined {
  if (expected === undefined) return undefined;
  const [[kind, value] = ['', '']] = Object.entries<string>(identified(expected));
  const all = signed[kind];
  if (isArray(all) ? all.includes(value) : all === value) return undefined;
  return [438, `${claim} is ${canonicalJson(signed)}, the message says ${shown(value)}`];
}

function shown(value: Json | undefined): string {
  if (value === undefined) return 'absent';
  const text = canonicalJson(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

interface CheckingKey {
  readonly key: KeyObject;
  readonly certificate?: X509Certificate;
  readonly chain?: readonly X509Certificate[];
  readonly trusted?: readonly X509Certificate[];
}

function checkingKey(options: ReadOptions): CheckingKey | undefined {
  const { certificate, public_key, trusted } = options;
  if (certificate !== undefined) {
    const read = attempt('certificate', 'a certificate', () => new X509Certificate(certificate));
    const key = { certificate: read, key: read.publicKey };
    if (trusted === undefined) return key;
    return {
      ...key,
      chain: attempt('certificate', 'certificates', () => certificatesIn(certificate)),
      trusted: attempt('trusted', 'one or more certificates', () => authoritiesIn(trusted)),
    };
  }
  if (trusted !== undefined) {
    const what = 'option "trusted" needs the option "certificate"';
    throw new OffhookError('E_ARGUMENT', { subject: 'read_identity()', what });
  }
  if (public_key === undefined) return undefined;
  return { key: attempt('public_key', 'a public key', () => createPublicKey(public_key)) };
}

function authoritiesIn(pem: string): readonly X509Certificate[] {
  const all = certificatesIn(pem);
  if (all.length === 0) throw new Error('it holds none');
  return all;
}

function attempt<T>(option: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new OffhookError(
      'E_ARGUMENT',
      {
        subject: 'read_identity()',
        what: `option "${option}" must be ${what}, as PEM`,
        seen: cause instanceof Error ? cause.message : String(cause),
      },
      { hint: 'use what generate_key() returns, or read yours with file_text()' },
    );
  }
}

function keyProblem(
  key: CheckingKey | undefined,
  { now = Date.now() / 1000 }: ReadOptions,
): Problem | undefined {
  if (key === undefined) return undefined;
  const { certificate, chain, trusted } = key;
  if (key.key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    return [437, 'the key is not on the curve P-256'];
  }
  if (certificate === undefined) return undefined;
  if (!isValidAt(certificate, now)) {
    const { validFrom, validTo } = certificate;
    return [437, `the certificate is only valid from ${validFrom} to ${validTo}`];
  }
  if (chain === undefined || trusted === undefined) return undefined;
  const untrusted = chainProblem(chain, trusted, now);
  return untrusted === undefined ? undefined : [437, untrusted];
}
