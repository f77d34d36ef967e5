/** Verbs about the media of a call: hold, mute. */
import { AGENT_THROWS, type VerbRow } from '../rows.js';
import { CALL_PARAM, HEADER_OPTIONS } from './calls.js';

const MUTE_THROWS = ['E_CALL_STATE', 'E_CALL_REFUSED', 'E_CALL_TIMEOUT', ...AGENT_THROWS] as const;
const HOLD_THROWS = ['E_ARGUMENT', 'E_CAPABILITY', ...MUTE_THROWS] as const;

export const MEDIA_VERBS = {
  hold: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [HEADER_OPTIONS, CALL_PARAM],
    returns: 'void',
    doc: 'Puts a call on hold: sends a re-INVITE that offers to receive nothing. No RTP flows then, unless the other side plays music. A call that the agent already holds is left as it is. If the other side refuses, the error gives the response code, and a second re-INVITE restores the media.',
    done: 'the re-INVITE was answered',
    limit: '5s',
    throws: HOLD_THROWS,
    example: 'alice.hold();\nawait_until(() => assert(bob.held).equals("remote"));',
    source: 'RFC 3264, 8.4; RFC 3261, 14',
  },
  resume: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [
      HEADER_OPTIONS,
      {
        ...CALL_PARAM,
        doc: 'One of `calls`; default: the current call if it is on hold, else the only call on hold.',
      },
    ],
    returns: 'void',
    doc: 'Takes a call off hold and makes it the current one; any other call the agent is in is put on hold first.',
    done: 'the re-INVITE was answered',
    limit: '5s',
    throws: HOLD_THROWS,
    example: 'alice.resume();\nawait_until(() => assert(bob.held).equals("none"));',
    source: 'RFC 3264, 8.4; RFC 3261, 14',
  },
  mute: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [CALL_PARAM],
    returns: 'void',
    doc: 'Sends silence from now on, whatever the audio source plays. RTP continues, and the other side is not notified.',
    done: 'the audio was switched off',
    limit: '5s',
    throws: MUTE_THROWS,
    example: 'alice.mute();\nassert(alice.muted).is_true();',
  },
  unmute: {
    on: 'Agent',
    side: 'host',
    effect: 'effect',
    cursor: 'issued',
    params: [CALL_PARAM],
    returns: 'void',
    doc: 'Sends the sound of the audio source again.',
    done: 'the audio was switched on',
    limit: '5s',
    throws: MUTE_THROWS,
    example: 'alice.unmute();\nassert(alice.muted).is_false();',
  },
} as const satisfies Record<string, VerbRow>;
