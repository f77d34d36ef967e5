/**
 * Turns options about media and account into modules to load, parameters of the account and lines of the
 * config. Pure but for a look at the module folder.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { OffhookError } from '../../errors.js';
import type { BaresipBinary } from './binary.js';
import { hasCapability } from '../capabilities.js';
import type { AgentOptions } from '../../agents/user-agent.js';

type Codec = NonNullable<AgentOptions['codecs']>[number];

const CODECS: Readonly<Record<Codec, { module: string; form: string }>> = {
  PCMU: { module: 'g711', form: 'PCMU/8000/1' },
  PCMA: { module: 'g711', form: 'PCMA/8000/1' },
  G722: { module: 'g722', form: 'G722/16000/1' },
  opus: { module: 'opus', form: 'opus/48000/2' },
  L16: { module: 'l16', form: 'L16/16000/1' },
};

const ENCRYPTION_MODULE = { srtp: 'srtp', 'srtp-mand': 'srtp', dtls_srtp: 'dtls_srtp' } as const;

/** A module that the default configuration does not load, and the option that asks for it. */
export interface WantedModule {
  module: string;
  option: string;
}

export function wantedModules(options: AgentOptions): WantedModule[] {
  const { codecs = [], media_enc, nat, audio } = options;
  const modules = new Map<string, string>();
  for (const codec of codecs) modules.set(CODECS[codec].module, `codecs: ${codec}`);
  modules.delete('g711');
  if (media_enc !== undefined)
    modules.set(ENCRYPTION_MODULE[media_enc], `media_enc: "${media_enc}"`);
  if (nat !== undefined) modules.set(nat, `nat: "${nat}"`);
  // Records sent and received audio.
  if (audio === true) modules.set('sndfile', 'audio');
  return [...modules].map(([module, option]) => ({ module, option }));
}

/** Refuses options this baresip cannot honour, before it starts. @throws E_CAPABILITY, E_ARGUMENT. */
export function checkMediaOptions(
  agent: string,
  options: AgentOptions,
  { version, modulePath }: BaresipBinary,
): void {
  for (const { module, option } of wantedModules(options)) {
    if (!existsSync(join(modulePath, `${module}.so`)))
      throw missingModule(agent, option, `${module}.so is not in ${modulePath}`);
  }
  const { nat, stun_server, password, verify_tls, ca_file } = options;
  if ((nat === 'stun' || nat === 'turn') && stun_server === undefined) {
    throw argument(agent, `nat: "${nat}" needs a server`, 'give it one with stun_server');
  }
  if (nat === 'turn' && password === undefined) {
    throw argument(agent, 'nat: "turn" needs a password', 'give the login: username, password');
  }
  if (stun_server !== undefined && nat === undefined) {
    throw argument(agent, 'stun_server: not used without nat', 'set nat too, such as nat: "stun"');
  }
  if (ca_file !== undefined && verify_tls !== true) {
    throw argument(agent, 'ca_file: not used without verify_tls', 'add verify_tls: true');
  }
  if (verify_tls === true && !hasCapability(version, 'verify_tls')) {
    throw new OffhookError(
      'E_CAPABILITY',
      {
        subject: `agent "${agent}"`,
        verb: 'verify_tls',
        what: `baresip ${version} takes any certificate (baresip verifies them from 1.1.0 on)`,
      },
      { hint: 'use a newer baresip, or leave verify_tls out' },
    );
  }
}

/** Newer versions leave loopback out of their ICE candidates, and then wait for one for ever. */
export function checkNat(
  agent: string,
  { nat }: AgentOptions,
  version: string,
  loopback: boolean,
): void {
  if (nat !== 'ice' || !loopback || hasCapability(version, 'ice_loopback')) return;
  throw new OffhookError(
    'E_CAPABILITY',
    {
      subject: `agent "${agent}"`,
      verb: 'nat',
      what: '"ice"',
      seen: `baresip ${version} gathers no candidate on a loopback address (only versions before 2.0.0 do)`,
    },
    { hint: 'give the agent another local_address, or leave nat out' },
  );
}

export function missingModule(agent: string, option: string, seen: string): OffhookError {
  return new OffhookError(
    'E_CAPABILITY',
    {
      subject: `agent "${agent}"`,
      verb: option,
      what: 'this baresip cannot do that',
      seen,
    },
    { hint: 'install the module, or leave the option out; "offhook doctor" lists the modules' },
  );
}

function argument(agent: string, what: string, hint: string): OffhookError {
  return new OffhookError('E_ARGUMENT', { subject: `agent "${agent}"`, what }, { hint });
}

/** Parameters of the account line, "name=value"; no value needs quotes. */
export function mediaParameters(options: AgentOptions): readonly string[] {
  const { codecs, media_enc, nat } = options;
  return [
    ...(codecs === undefined
      ? []
      : [`audio_codecs=${codecs.map((one) => CODECS[one].form).join(',')}`]),
    ...(media_enc === undefined ? [] : [`mediaenc=${media_enc}`]),
    ...(nat === undefined ? [] : [`medianat=${nat}`]),
  ];
}

/** The option `stun_server` as a URI (RFC 7064, RFC 7065). */
export function stunUri(server: string | undefined, nat: AgentOptions['nat']): string | undefined {
  if (server === undefined) return undefined;
  return /^(?:stun|turn)s?:/.test(server)
    ? server
    : `${nat === 'turn' ? 'turn' : 'stun'}:${server}`;
}

const DEFAULT_DELAY_MS = 100;
const FRAME_MS = 20;

/** Config lines about RTP. Newer versions ignore the keys of older ones, but 4.x complains about one key. */
export function rtpConfig(options: AgentOptions, version: string): readonly [string, string][] {
  const { rtp_stats = false, rtp_timeout, jitter_buffer = false } = options;
  const delay = jitter_buffer === true ? DEFAULT_DELAY_MS : jitter_buffer;
  return [
    ['rtp_stats', rtp_stats ? 'yes' : 'no'],
    ...(rtp_timeout === undefined
      ? []
      : [['rtp_timeout', String(rtp_timeout)] as [string, string]]),
    ...(delay === false ? NO_JITTER_BUFFER : jitterBuffer(delay, version)),
  ];
}

const NO_JITTER_BUFFER: readonly [string, string][] = [
  ['jitter_buffer_delay', '0-0'],
  ['audio_jitter_buffer_type', 'off'],
];

/** Older versions count frames instead of ms. */
function jitterBuffer(ms: number, version: string): readonly [string, string][] {
  const frames = Math.max(1, Math.round(ms / FRAME_MS));
  const range = `${frames}-${2 * frames}`;
  return [
    ['jitter_buffer_type', 'fixed'],
    ['jitter_buffer_delay', range],
    ['audio_jitter_buffer_type', 'fixed'],
    hasCapability(version, 'jitter_buffer_ms')
      ? ['audio_jitter_buffer_ms', `${ms}-${2 * ms}`]
      : ['audio_jitter_buffer_delay', range],
  ];
}
