/** The config file of one agent. Pure text; the same keys for every version, since unknown keys are ignored. */
import { hostPort } from '../../agents/address.js';

/** The names below are files in the agent's folder, which is also its working directory. */
export const SILENCE_FILE = 'silence.wav';
export const CERTIFICATE_FILE = 'certificate.pem';

/** No agent works without these modules. The second list does not exist before 2.0. */
export const REQUIRED_MODULES = ['g711', 'aufile', 'aubridge', 'account', 'menu', 'ctrl_tcp'];
export const REQUIRED_MODULES_2_0 = ['auconv', 'auresamp'];

export interface ConfigValues {
  address: string;
  sipPort: number;
  controlPort: number;
  rtpPorts: readonly [min: number, max: number];
  modulePath: string;
  tls: boolean;
  /** From 2.0 on modules convert audio formats. */
  converters: boolean;
  /** Modules for the agent's options, without ".so". */
  wanted: readonly string[];
  /** Lines from the media options. */
  rtp: readonly (readonly [key: string, value: string])[];
  /** Verifies the server's certificate against the certificates in that file. */
  authorities?: string;
  /** Subscribe to the state of the mailbox after registering. */
  mwi?: boolean;
}

export function configText(values: ConfigValues): string {
  const modules = [
    'g711',
    ...(values.converters ? REQUIRED_MODULES_2_0 : []),
    'aubridge',
    'aufile',
    ...values.wanted,
  ];
  const lines: (readonly [key: string, value: string])[] = [
    ['poll_method', 'epoll'],
    ['sip_listen', hostPort(values.address, values.sipPort)],
    // An address, not a name: with a name some versions start without any SIP socket.
    ['net_interface', values.address],
    ...(values.tls ? [['sip_certificate', CERTIFICATE_FILE] as const] : []),
    ...(values.authorities === undefined ? [] : [['sip_cafile', values.authorities] as const]),
    ['sip_verify_server', values.authorities === undefined ? 'no' : 'yes'],
    ['call_local_timeout', '3600'],
    ['call_max_calls', '8'],
    // With "yes", 1.1 records the call and what it holds for it in one file; 4.8 and later do not answer a second call by themselves.
    ['call_hold_other_calls', 'no'],
    ['rtp_ports', `${values.rtpPorts[0]}-${values.rtpPorts[1]}`],
    ...values.rtp,
    ['video_jitter_buffer_type', 'off'],
    ['audio_buffer', '20-160'],
    ['ausrc_srate', '8000'],
    ['ausrc_channels', '1'],
    // The source always keeps time; a sink without partner makes no echo and no file.
    ['audio_source', `aufile,${SILENCE_FILE}`],
    ['audio_player', 'aubridge,sink'],
    ['audio_alert', 'aubridge,sink'],
    ['audio_path', '/nonexistent'],
    ['statmode_default', 'off'],
    ['menu_bell', 'no'],
    ['menu_message_tone', 'no'],
    ['ringback_disabled', 'yes'],
    ['snd_path', '.'],
    ['module_path', values.modulePath],
    ...modules.map((name) => ['module', `${name}.so`] as const),
    ...['account', 'menu', 'ctrl_tcp', ...(values.mwi === true ? ['mwi'] : [])].map(
      (name) => ['module_app', `${name}.so`] as const,
    ),
    ['ctrl_tcp_listen', `127.0.0.1:${values.controlPort}`],
  ];
  return lines.map(([key, value]) => `${key.padEnd(24)} ${value}\n`).join('');
}

/** A WAV header for 8 kHz mono 16 bit (RIFF, 44 bytes); silence follows as a hole in the file. */
export function wavHeader(seconds: number): Buffer {
  const rate = 8000;
  const bytes = seconds * rate * 2;
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  return header;
}
