/** Which URIs and numbers agents may dial, and which servers they may use: --allow-sip, a guard against toll fraud. */
import picomatch from 'picomatch';
import { OffhookError } from '../errors.js';
import { globProblem, withoutClasses } from './glob.js';
import { canonicalHost, hostRule, type Host, type HostRule } from './host-rules.js';
import type { AllowList } from './rules.js';

/** USER@HOST, @HOST or USER. */
export interface SipRule {
  readonly text: string;
  /** Undefined: at any host. */
  readonly host?: HostRule;
  matchesUser(user: string): boolean;
}

export interface SipPolicy {
  /** Whether every URI is allowed. */
  readonly open: boolean;
  /** Whether no URI is allowed but those of agents of the same scenario. */
  readonly closed: boolean;
  /** What is wrong with dialling that URI; undefined when it is allowed. */
  uriProblem(uri: string): string | undefined;
  /** Says what uriProblem says, of a registrar, proxy or STUN server: "host", "host:port" or a URI. */
  serverProblem(server: string): string | undefined;
}

/** The target of a SIP URI. */
export interface SipTarget {
  /** Unescaped; a number without visual separators. */
  readonly user: string;
  /** The host, and that of `maddr`, which is where the request really goes (RFC 3261, 19.1.1). */
  readonly hosts: readonly { readonly host: Host; readonly port: number }[];
}

const USER_GLOB = {
  dot: true,
  bash: true,
  nonegate: true,
  noextglob: true,
  nobrace: true,
  nocase: false,
};
const LONGEST_URI = 1000;
const VISUAL_SEPARATORS = /[-.() ]/g;

/** Parses a rule, or says why the text is none. */
export function sipRule(text: string): SipRule | { problem: string } {
  const given = text.replace(/^(?:sips?|tel):/i, '');
  const at = given.lastIndexOf('@');
  const [userText, hostText] = at === -1 ? [given, undefined] : splitAt(given, at);
  if (hostText === undefined && (/[:/]/.test(given) || /^\*?\..*[a-z]/i.test(given)))
    return { problem: `names a host without "@": write @${given}` };
  const problem = userProblem(userText);
  if (problem !== undefined) return { problem };
  const matchesUser = userMatcher(userText);
  if (hostText === undefined)
    return userText === '' ? { problem: 'is empty' } : { text, matchesUser };
  if (/[;?]/.test(hostText)) return { problem: 'has parameters, which are not compared' };
  const host = hostRule(hostText);
  return 'problem' in host ? { problem: host.problem } : { text, host, matchesUser };
}

/** Finds patterns that can never match, because user parts are compared unescaped, and numbers without separators. */
function userProblem(user: string): string | undefined {
  if (user.includes('@')) return 'has more than one "@": write ? for an "@" in the user part';
  if (user.includes(':')) return 'has a ":" in its user part: passwords are not compared';
  if (/["<>\s\x00-\x1f\x7f]/.test(user)) return 'has a character that no user part has';
  if (/%[0-9a-f]{2}/i.test(user)) return 'has an escape: write the character itself, or ?';
  const plain = withoutClasses(user);
  if (/^[-+0-9*#.()?\\]*$/.test(plain) && /[-.()]/.test(plain))
    return 'has visual separators: write the number without them';
  return globProblem(user);
}

function splitAt(text: string, at: number): [string, string] {
  return [text.slice(0, at), text.slice(at + 1)];
}

function userMatcher(pattern: string): (user: string) => boolean {
  if (pattern === '' || pattern === '*') return () => true;
  const matches = picomatch(pattern, USER_GLOB);
  // Parameters of a user part can route a call elsewhere (RFC 4694): a "*" does not stand for them.
  return (user) => (pattern.includes(';') || !user.includes(';')) && matches(user);
}

export function sipPolicy(list: AllowList | undefined): SipPolicy {
  if (list === undefined) return OPEN;
  const rules = list.items.map(sipRule).filter((rule) => 'matchesUser' in rule);
  if (rules.some((rule) => rule.text === '*' || rule.text === '*@*')) return OPEN;
  const problem = `not allowed by ${list.origin}`;
  return {
    open: false,
    closed: rules.length === 0,
    uriProblem(uri) {
      const parsed = sipTarget(uri);
      if (parsed === undefined) return 'it cannot be judged: it is not a plain SIP URI';
      const { user, hosts } = parsed;
      const ok = hosts.every((one) =>
        rules.some((rule) => rule.matchesUser(user) && allowsHost(rule, one)),
      );
      return ok ? undefined : problem;
    },
    serverProblem(server) {
      const uri = /^(?:sips?|stuns?|turns?):/i.test(server) ? server : `sip:${server}`;
      const parsed = sipTarget(uri.replace(/^(?:stun|turn)s?:/i, 'sip:'));
      if (parsed === undefined) return 'it cannot be judged: it is not a plain SIP URI';
      const ok = parsed.hosts.every((one) => rules.some((rule) => allowsHost(rule, one)));
      return ok ? undefined : problem;
    },
  };
}

const OPEN: SipPolicy = {
  open: true,
  closed: false,
  uriProblem: () => undefined,
  serverProblem: () => undefined,
};

function allowsHost(rule: SipRule, { host, port }: SipTarget['hosts'][number]): boolean {
  if (rule.host === undefined) return true;
  if (rule.host.port !== undefined && rule.host.port !== port) return false;
  return rule.host.matches(host);
}

/** The target; undefined for a URI that two parsers could read differently. */
export function sipTarget(text: string): SipTarget | undefined {
  if (text.length > LONGEST_URI || /[\s<>"\x00-\x1f\x7f]/.test(text)) return undefined;
  // A header part can name a route of its own (RFC 3261, 19.1.5).
  if (/route/i.test(decoded(text.split('?').slice(1).join('?')) ?? 'route')) return undefined;
  const match =
    /^(sips?):(?:([^@]*)@)?(\[[^\]@]*\]|[^;?@:[\]]+)(?::(\d{1,5}))?((?:;[^?@]*)?)(?:\?.*)?$/i.exec(
      text,
    );
  if (match === null) return undefined;
  const [, scheme = '', userInfo = '', hostText = '', digits, parameters = ''] = match;
  const user = plainUser(userInfo.split(':')[0] ?? '');
  // A host is ASCII without escapes (RFC 3261, 25.1). URL would decode escapes, but baresip looks the host up as written.
  if (!/^(?:[\w.-]+|\[[\da-f:.%\w]+\])$/i.test(hostText)) return undefined;
  const host = canonicalHost(hostText);
  if (user === undefined || host === undefined) return undefined;
  const secure = scheme.toLowerCase() === 'sips' || /;transport=tls\b/i.test(parameters);
  const port = digits === undefined ? (secure ? 5061 : 5060) : Number(digits);
  const hosts = [{ host, port }];
  for (const [, value = ''] of parameters.matchAll(/;\s*maddr\s*=\s*([^;]*)/gi)) {
    const elsewhere = canonicalHost(decoded(value) ?? '');
    if (elsewhere === undefined) return undefined;
    hosts.push({ host: elsewhere, port });
  }
  return { user, hosts };
}

function plainUser(text: string): string | undefined {
  const user = decoded(text);
  if (user === undefined || /[\x00-\x1f\x7f]/.test(user)) return undefined;
  return /^[-+0-9*#.() ]+$/.test(user) ? user.replace(VISUAL_SEPARATORS, '') : user;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

export function sipDenial(
  agent: string,
  what: string,
  uri: string,
  problem: string,
  hint = hintFor(uri),
): OffhookError {
  return new OffhookError(
    'E_SIP_DENIED',
    { subject: `agent "${agent}"`, verb: what, what: problem },
    {
      hint,
      agents: [agent],
    },
  );
}

function hintFor(uri: string): string {
  const parsed = sipTarget(/^sips?:/i.test(uri) ? uri : `sip:${uri}`);
  return parsed === undefined
    ? "write a plain SIP URI, or allow every target with --allow-sip '*'"
    : `allow it with --allow-sip '${ruleFor(parsed, uri)}'`;
}

/** The narrowest rule that allows the URI. */
function ruleFor({ user }: SipTarget, uri: string): string {
  const host = uri.replace(/^sips?:/i, '').replace(/^[^@]*@/, '');
  return `${user}@${host.replace(/[;?].*$/s, '')}`;
}
