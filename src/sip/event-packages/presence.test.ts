import { expect, test } from 'vitest';
import { parsePresence } from './presence.js';

const NAMESPACE = 'urn:ietf:params:xml:ns:pidf';

test('tuples, contacts, notes, and what the person does', () => {
  const body = `<?xml version="1.0" encoding="UTF-8"?>
<presence xmlns="${NAMESPACE}" entity="pres:bob@pbx"
    xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:r="urn:ietf:params:xml:ns:pidf:rpid">
  <note>On the phone</note>
  <tuple id="desk">
    <status><basic> open </basic></status>
    <contact priority="0.8">sip:bob@192.0.2.1</contact>
    <note xml:lang="en">Do not disturb</note>
    <note xml:lang="de">Bitte nicht stören</note>
    <timestamp>2026-10-27T16:49:29Z</timestamp>
  </tuple>
  <tuple id="mail"><status/></tuple>
  <dm:person id="p1"><r:activities><r:on-the-phone/><r:meeting/></r:activities></dm:person>
</presence>`;
  expect(parsePresence(body)).toEqual({
    entity: 'pres:bob@pbx',
    note: 'On the phone',
    tuples: [
      {
        id: 'desk',
        basic: 'open',
        contact: 'sip:bob@192.0.2.1',
        priority: '0.8',
        note: 'Do not disturb',
        timestamp: '2026-10-27T16:49:29Z',
      },
      { id: 'mail' },
    ],
    activities: ['on-the-phone', 'meeting'],
  });
});

test('basic of an extension is not that of the tuple', () => {
  const body = `<presence xmlns="${NAMESPACE}"><tuple id="a"><status><x:basic xmlns:x="urn:x">open</x:basic></status></tuple></presence>`;
  expect(parsePresence(body)).toEqual({ tuples: [{ id: 'a' }], activities: [] });
});

test.each([
  ['nothing', ''],
  ['not well-formed', `<presence xmlns="${NAMESPACE}">`],
  ['another root', `<dialog-info xmlns="${NAMESPACE}"/>`],
  ['another namespace', '<presence xmlns="urn:x"/>'],
])('no such document: %s', (_what, body) => {
  expect(parsePresence(body)).toBeUndefined();
});
