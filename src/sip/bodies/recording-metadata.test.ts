import { expect, test } from 'vitest';
import {
  metadataTextIn,
  parseRecordingMetadata,
  recordingMetadataText,
} from './recording-metadata.js';

const METADATA = {
  data_mode: 'complete',
  session: {
    id: 's1',
    start_time: '2026-05-01T10:00:00Z',
    sip_session_ids: ['ab30317f1a784dc48ff824d0d3715d86;remote=47755a9de7794ba387653f2099600ef2'],
  },
  participants: [
    {
      id: 'p1',
      aor: 'sip:"a&b"@x',
      name: 'Änne <1>\n',
      sends: ['left'],
      receives: ['right'],
      associate_time: '2026-05-01T10:00:01Z',
      disassociate_time: '2026-05-01T10:00:09Z',
    },
    { id: 'p2', aor: 'tel:+49', name: '', sends: [], receives: [] },
  ],
  streams: [
    { id: 't1', session_id: 's1', label: 'left' },
    { id: 't2', session_id: 's1', label: 'right' },
  ],
};

test('what is written is read again', () => {
  const given = { ...METADATA, sessions: [METADATA.session] };
  const read = parseRecordingMetadata(recordingMetadataText(given));
  expect(read).toEqual({
    ...given,
    participants: [{ ...METADATA.participants[0], name: 'Änne <1>' }, METADATA.participants[1]],
  });
});

test('a document as the drafts had it', () => {
  const text = `<?xml version='1.0'?><recording xmlns='urn:ietf:params:xml:ns:recording'>
    <dataMode>Complete</dataMode>
    <session id="s"><start-time>2011-06-27T17:03:57</start-time></session>
    <participant id="p" session="s"><aor>sip:a@b</aor><name>sipp </name><send>t</send></participant>
    <stream id="t" session="s"><label>1</label></stream></recording>`;
  expect(parseRecordingMetadata(text)).toMatchObject({
    data_mode: 'complete',
    session: { id: 's', start_time: '2011-06-27T17:03:57', sip_session_ids: [] },
    participants: [{ id: 'p', aor: 'sip:a@b', name: 'sipp', sends: ['1'], receives: [] }],
    streams: [{ id: 't', session_id: 's', label: '1' }],
  });
});

test('a partial document names streams it does not describe by their ids', () => {
  const text =
    '<recording><datamode>partial</datamode><participant participant_id="p"/>' +
    '<participantstreamassoc participant_id="p"><send>t9</send></participantstreamassoc></recording>';
  const read = parseRecordingMetadata(text);
  expect(read).toMatchObject({
    data_mode: 'partial',
    sessions: [],
    participants: [{ sends: ['t9'] }],
  });
  expect(read?.session).toBeUndefined();
});

test.each(['', 'x', '<recording>', '<presence/>'])('no metadata: %j', (text) => {
  expect(parseRecordingMetadata(text)).toBeUndefined();
});

test.each([
  ['application/rs-metadata+xml', '<a/>', '<a/>'],
  ['Application/RS-Metadata', '<a/>', '<a/>'],
  [
    'multipart/mixed;boundary=x',
    '--x\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n--x\r\nContent-Type: application/rs-metadata+xml;charset=utf-8\r\n\r\n<a/>\r\n--x--',
    '<a/>',
  ],
  ['multipart/mixed;boundary=x', '--x\r\nContent-Type: text/xml\r\n\r\n<a/>\r\n--x--', undefined],
  ['application/sdp', 'v=0', undefined],
])('metadata in a body of %s', (type, body, text) => {
  expect(metadataTextIn({ headers: [['Content-Type', type]], body })).toBe(text);
});
