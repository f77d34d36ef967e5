/** Everything one test Asterisk reads and writes, in one folder. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from '../../certificate.js';
import { dialplan, TONES } from './dialplan.js';
import { pjsipConfig, type PjsipSettings } from './pjsip.js';

/**
 * What is loaded, by name: all there is would open more ports, take longer, and differ from one build to
 * the next.
 */
const MODULES = `
  res_timing_timerfd res_crypto res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject
  res_pjsip res_pjsip_session res_pjsip_pubsub chan_pjsip
  res_pjsip_authenticator_digest res_pjsip_caller_id res_pjsip_diversion res_pjsip_dlg_options
  res_pjsip_dtmf_info res_pjsip_empty_info res_pjsip_endpoint_identifier_anonymous
  res_pjsip_endpoint_identifier_user res_pjsip_header_funcs res_pjsip_messaging res_pjsip_mwi
  res_pjsip_mwi_body_generator res_pjsip_outbound_publish res_pjsip_exten_state res_pjsip_dialog_info_body_generator
  res_pjsip_pidf_body_generator res_pjsip_pidf_eyebeam_body_supplement res_pjsip_nat res_pjsip_path res_pjsip_refer res_pjsip_registrar
  res_http_websocket res_pjsip_transport_websocket res_pjsip_rfc3326 res_pjsip_sdp_rtp res_format_attr_opus
  res_rtp_asterisk res_srtp res_musiconhold
  bridge_holding bridge_native_rtp bridge_simple bridge_softmix
  codec_a_mu codec_alaw codec_g722 codec_resample codec_ulaw format_pcm format_sln
  app_confbridge app_dial app_echo app_exec app_milliwatt app_minivm app_playtones app_queue app_read
  app_senddtmf app_stack app_transfer app_voicemail res_parking func_callerid func_channel func_logic func_strings func_volume
  pbx_config
  res_websocket_client res_stasis res_stasis_answer res_stasis_playback res_stasis_recording res_stasis_snoop
  res_ari_model res_ari res_ari_channels
`
  .trim()
  .split(/\s+/);

/** Parts of the core that complain in the log without a file of their own. */
const DEFAULTS = 'acl ccss cdr cel features manager minivm pjproject udptl websocket_client'.split(
  ' ',
);

/** Below the ports of labs and agents. Asterisk passes over what is taken: instances can share the range. */
const RTP_PORTS = { first: 2048, last: 6049 };

/** Who may have Asterisk call somebody by HTTP, at /ari on the port of WebSockets. */
export const ARI_USER = 'operator';

export interface FolderSettings extends PjsipSettings {
  folder: string;
  /** TCP port of WebSockets, at the path /ws. */
  webSocketPort: number;
  /** The same over TLS. */
  secureWebSocketPort: number;
  /** The certificate of WebSockets over TLS. */
  certificate: Certificate;
  /** The folder of the installation's modules. */
  modules: string;
  data: string;
}

/** @returns the file for -C. */
export function writeAsteriskFolder(settings: FolderSettings): string {
  const { folder, address, users } = settings;
  for (const name of ['etc', 'var', 'keys', 'spool', 'run', 'log', 'music', 'sounds', 'tls'])
    mkdirSync(join(folder, name));
  const files = {
    'asterisk.conf': asteriskConfig(settings),
    'modules.conf': modulesConfig(),
    'logger.conf': '[logfiles]\nmessages.log = notice,warning,error,verbose,dtmf\n',
    'pjsip.conf': pjsipConfig(settings),
    'http.conf': httpConfig(settings),
    'extensions.conf': dialplan(users, address, join(folder, 'sounds')),
    'rtp.conf': `[general]\nrtpstart = ${RTP_PORTS.first}\nrtpend = ${RTP_PORTS.last}\n`,
    'indications.conf': indications(),
    'musiconhold.conf': `[default]\nmode = files\ndirectory = ${join(folder, 'music')}\n`,
    'confbridge.conf': '[plain_bridge]\ntype = bridge\n[quiet_user]\ntype = user\nquiet = yes\n',
    'ari.conf': `[general]\nenabled = yes\n[${ARI_USER}]\ntype = user\npassword = ${settings.password(ARI_USER)}\n`,
    // "bob@offhook" is also the mailbox that his contacts subscribe to (pjsip.conf)
    'voicemail.conf': '[general]\nformat = sln\n[offhook]\nbob = 1234,Bob\n',
    // a channel of its own for each call, which rings all contacts of bob
    'queues.conf': '[general]\n[sales]\nretry = 1\nmember => Local/bob@users/n\n',
    'res_parking.conf': '[general]\n[default]\nparkpos => 691-699\ncontext => parked\n',
    ...Object.fromEntries(DEFAULTS.map((name) => [`${name}.conf`, '; all defaults\n'])),
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, 'etc', name), text);
  writeFileSync(certificateFile(folder), settings.certificate.cert);
  writeFileSync(keyFile(folder), settings.certificate.key, { mode: 0o600 });
  writeFileSync(join(folder, 'music', 'hold.sln'), melody());
  writeFileSync(
    join(folder, 'sounds', 'beep.sln'),
    samples(0.8, () => 1000),
  );
  return join(folder, 'etc', 'asterisk.conf');
}

/** The certificate, which is its own authority. */
export function certificateFile(folder: string): string {
  return join(folder, 'tls', 'https.pem');
}

function keyFile(folder: string): string {
  return join(folder, 'tls', 'https.key');
}

function httpConfig({
  folder,
  address,
  webSocketPort,
  secureWebSocketPort,
}: FolderSettings): string {
  const host = hostOf(address);
  return `[general]
enabled = yes
bindaddr = ${host}
bindport = ${webSocketPort}
tlsenable = yes
tlsbindaddr = ${host}:${secureWebSocketPort}
tlscertfile = ${certificateFile(folder)}
tlsprivatekey = ${keyFile(folder)}
`;
}

function hostOf(address: string): string {
  return address.replace(/:\d+$/, '');
}

function asteriskConfig({ folder, modules, data }: FolderSettings): string {
  return `[directories]
astetcdir => ${folder}/etc
astmoddir => ${modules}
astvarlibdir => ${folder}/var
astcachedir => ${folder}/var
astdbdir => ${folder}/var
astkeydir => ${folder}
astdatadir => ${data}
astagidir => ${folder}/var
astspooldir => ${folder}/spool
astrundir => ${folder}/run
astlogdir => ${folder}/log
[options]
verbose = 3
`;
}

function modulesConfig(): string {
  const load = MODULES.map((name) => `load = ${name}.so\n`);
  return `[modules]\nautoload = no\n${load.join('')}`;
}

function indications(): string {
  const tones = Object.entries(TONES).map(([name, tone]) => `${name} = ${tone}\n`);
  return `[general]\ncountry = xx\n[xx]\ndescription = test\n${tones.join('')}`;
}

/** Music on hold: 523 and 659 Hz in turns, half a second each, 10 s. */
function melody(): Buffer {
  return samples(10, (second) => (Math.floor(second * 2) % 2 === 0 ? 523 : 659));
}

/** Sound of a frequency (Hz) that depends on the time, as signed linear samples at 8 kHz, at -11 dBFS. */
function samples(seconds: number, frequencyAt: (second: number) => number): Buffer {
  const rate = 8000;
  const values = new Int16Array(seconds * rate).map((_, index) =>
    Math.round(9000 * Math.sin((2 * Math.PI * frequencyAt(index / rate) * index) / rate)),
  );
  return Buffer.from(values.buffer);
}
