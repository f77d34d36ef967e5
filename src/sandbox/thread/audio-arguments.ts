/** Arguments about audio on their way to a driver: files that may be read, and whether an agent listens. */
import { isPlainObject, Undefined } from '../../schema/special.js';
import type { Session } from './job-context.js';

/** Verbs with a WAV file among their arguments. */
export const AUDIO_FILE_VERBS: ReadonlySet<string> = new Set(['send_audio', 'verify_recording']);

/** Names that need an agent that listens from its start: baresip cannot begin to in the middle of a call. */
const LISTENS =
  /\b(?:verify_(?:audio|silence|audio_connection|signal|recording)|hears|received_level|speech)\b/;

/** The name that needs speech timed from the beginning of a call. */
const TIMES_SPEECH = /\bspeech\b/;

export function withAudioFiles(
  session: Session,
  name: string,
  args: readonly unknown[],
): readonly unknown[] {
  const [sound] = args;
  if (name === 'verify_recording') {
    const [path, ...rest] = args;
    return [path, session.environment.allowed(String(path)), ...rest];
  }
  if (!isPlainObject(sound) || sound['sound'] !== 'file') return args;
  return [{ ...sound, real: session.environment.allowed(String(sound['path'])) }];
}

/** Sets the option `audio` of agent(): where it is not given, the names in the script's text decide. */
export function withAudio(session: Session, args: readonly unknown[]): readonly unknown[] {
  const [name, given] = args;
  const options = isPlainObject(given) ? given : {};
  const { audio } = options;
  const isGiven = audio !== undefined && !(audio instanceof Undefined);
  if (!isGiven && !session.loader.mentions(LISTENS)) return args;
  const timed = session.loader.mentions(TIMES_SPEECH) ? [{ speech: true }] : [];
  return [name, isGiven ? options : { ...options, audio: true }, ...timed];
}
