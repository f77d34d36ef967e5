/** Methods that ask an agent or its log for something, or wait for its media; none of them makes it send. */
import type { FunctionRow } from '../rows.js';
import { CALL_PARAM } from './calls.js';

export const AGENT_METHODS = {
  verify_media: {
    on: 'Agent',
    side: 'guest',
    effect: 'block',
    params: [
      {
        name: 'within',
        kind: 'duration',
        optional: true,
        default: '5s, or what default_timeout set',
        doc: 'How long to wait at most.',
      },
      CALL_PARAM,
    ],
    returns: 'void',
    doc: 'Passes as soon as an RTP packet is received in the call, after it was asked. Silence counts: it is sent as packets, too.',
    done: 'RTP was received',
    limit: '5s',
    default_timeout: true,
    throws: ['E_MEDIA', 'E_CALL_STATE', 'E_CONDITION', 'E_ARGUMENT'],
    example: 'alice.verify_media();\nbob.verify_media("2s");\nbob.verify_media(bob.calls[1]);',
    source: 'RFC 3550, 6.4',
  },
  verify_no_media: {
    on: 'Agent',
    side: 'guest',
    effect: 'block',
    params: [{ name: 'during', kind: 'duration', doc: 'How long nothing may come.' }, CALL_PARAM],
    returns: 'void',
    doc: 'Passes once no RTP packet was received in the call for that long. Packets within the first 300 ms may have been on their way: the time begins anew after them; later ones make it fail.',
    done: 'the time is over',
    throws: ['E_MEDIA', 'E_CALL_STATE', 'E_CONDITION', 'E_ARGUMENT'],
    example: 'alice.hold();\nalice.verify_no_media("2s");',
    source: 'RFC 3550, 6.4',
  },
  header: {
    on: 'Agent',
    side: 'guest',
    effect: 'none',
    params: [
      {
        name: 'name',
        kind: 'text',
        doc: 'Header name, any case, long or compact form.',
      },
    ],
    returns: 'string | undefined',
    doc: 'Value of a header of the INVITE this agent received for its current or last call; several of one name joined with ", ".',
    throws: ['E_ARGUMENT'],
    example: 'assert(bob.header("User-Agent")).contains("baresip");',
    source: 'RFC 3261, 7.3.1 and 7.3.3',
  },
  info: {
    on: 'Agent',
    side: 'guest',
    effect: 'none',
    params: [],
    returns: 'AgentInfo',
    doc: 'All there is to know about the agent now, as one plain value.',
    throws: [],
    example: 'log(alice.info());',
  },
  to_json: {
    on: 'Agent',
    side: 'guest',
    effect: 'none',
    params: [],
    returns: 'AgentInfo',
    doc: 'The same as `info()`: what `log` and `JSON.stringify` show of an agent.',
    throws: [],
  },
} as const satisfies Record<string, FunctionRow>;
