/** Arguments that name files, on their way to a driver: checked here, where the script's read roots are known. */
import type { ParamKind, ParamRow } from '../../schema/rows.js';
import { isPlainObject } from '../../schema/special.js';
import type { FileArgument } from '../protocol.js';
import type { Environment } from './environment.js';

type Resolve = (value: unknown, environment: Environment) => unknown;

const FILES: Partial<Record<ParamKind, Resolve>> = {
  recording: fileArgument,
  capture: fileArgument,
  sound: soundArgument,
  record_options: withSources,
  agent_options: withCertificates,
  peer_options: withPeerFiles,
};

function fileArgument(path: unknown, environment: Environment): FileArgument {
  return { path: String(path), real: environment.allowed(String(path)) };
}

function soundArgument(sound: unknown, environment: Environment): unknown {
  return isPlainObject(sound) && sound['sound'] === 'file'
    ? { ...sound, real: environment.allowed(String(sound['path'])) }
    : sound;
}

/** The streams of record_session(): each may send a file or a capture. */
function withSources(options: unknown, environment: Environment): unknown {
  if (!isPlainObject(options) || !Array.isArray(options['streams'])) return options;
  const streams = (options['streams'] as readonly unknown[]).map((stream) => {
    if (!isPlainObject(stream)) return stream;
    const { audio, replay, ...others } = stream;
    return {
      ...others,
      ...(audio === undefined ? {} : { audio: soundArgument(audio, environment) }),
      ...(typeof replay === 'string' ? { replay: fileArgument(replay, environment) } : {}),
    };
  });
  return { ...options, streams };
}

function withCertificates(options: unknown, environment: Environment): unknown {
  return isPlainObject(options) && typeof options['ca_file'] === 'string'
    ? { ...options, ca_file: environment.readable(options['ca_file']).path }
    : options;
}

/** The certificates of a peer, and the clip of its video. */
function withPeerFiles(options: unknown, environment: Environment): unknown {
  const certified = withCertificates(options, environment);
  if (!isPlainObject(certified) || !isPlainObject(certified['video'])) return certified;
  const { file, ...video } = certified['video'];
  const clip = typeof file === 'string' ? { file: environment.allowed(file) } : {};
  return { ...certified, video: { ...video, ...clip } };
}

/** `args`: each at the place of its parameter. @throws OffhookError E_READ_DENIED, E_READ_FAILED. */
export function withFiles(
  params: readonly ParamRow[],
  args: readonly unknown[],
  environment: Environment,
): readonly unknown[] {
  return args.map((value, at) => {
    const kind = params[at]?.kind;
    const resolve = kind === undefined || value === undefined ? undefined : FILES[kind];
    return resolve === undefined ? value : resolve(value, environment);
  });
}
