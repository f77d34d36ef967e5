import { expect, test } from 'vitest';
import { parseDialogInfo } from './dialog-info.js';

const NAMESPACE = 'urn:ietf:params:xml:ns:dialog-info';

const document = (
  content: string,
  attributes = 'version="0" state="full" entity="sip:bob@pbx"',
): string =>
  `<?xml version="1.0"?>\r\n<dialog-info xmlns="${NAMESPACE}" ${attributes}>${content}</dialog-info>\r\n`;

test('a dialog with both ends', () => {
  const body = document(
    `
  <dialog id="as7d900as8" call-id="a84b4c76e66710" local-tag="1928301774" remote-tag="456887766" direction="recipient">
    <state event="remote-bye" code="200"> terminated </state>
    <duration>274</duration>
    <local>
      <identity display="Bob &amp; Co">sip:bob@pbx</identity>
      <target uri="sip:bob@192.0.2.1"><param pname="+sip.rendering" pval="yes"/></target>
    </local>
    <remote>
      <identity>sip:anna@pbx</identity>
    </remote>
  </dialog>`,
    'version="7" state="partial" entity="sip:bob@pbx"',
  );
  expect(parseDialogInfo(body)).toEqual({
    version: 7,
    state: 'partial',
    entity: 'sip:bob@pbx',
    dialogs: [
      {
        id: 'as7d900as8',
        call_id: 'a84b4c76e66710',
        local_tag: '1928301774',
        remote_tag: '456887766',
        direction: 'recipient',
        state: 'terminated',
        event: 'remote-bye',
        code: 200,
        duration: 274,
        local: { identity: 'sip:bob@pbx', display: 'Bob & Co', target: 'sip:bob@192.0.2.1' },
        remote: { identity: 'sip:anna@pbx' },
      },
    ],
  });
});

test('no dialogs, several, and a prefix for the namespace', () => {
  expect(parseDialogInfo(document(''))?.dialogs).toEqual([]);
  const two = document('<dialog id="a"><state>early</state></dialog><dialog id="b"/>');
  expect(parseDialogInfo(two)?.dialogs).toEqual([
    { id: 'a', state: 'early' },
    { id: 'b', state: '' },
  ]);
  const prefixed = `<d:dialog-info xmlns:d="${NAMESPACE}"><d:dialog id="a"><d:state>early</d:state></d:dialog></d:dialog-info>`;
  expect(parseDialogInfo(prefixed)).toEqual({ dialogs: [{ id: 'a', state: 'early' }] });
});

test('extensions with the same names, and numbers that are none, are left out', () => {
  const body = document(
    '<dialog id="a"><state code="abc">early</state><x:state xmlns:x="urn:x">late</x:state><duration>-1</duration></dialog>',
    'version="-1"',
  );
  expect(parseDialogInfo(body)).toEqual({ dialogs: [{ id: 'a', state: 'early' }] });
});

test.each([
  ['nothing', ''],
  ['no XML', 'v=0'],
  ['not well-formed', document('<dialog>')],
  ['a DTD', `<!DOCTYPE a [<!ENTITY b "c">]>${document('').replace(/^.*\n/, '')}`],
  ['another root', `<presence xmlns="${NAMESPACE}"/>`],
  ['another namespace', '<dialog-info xmlns="urn:x"/>'],
  ['no namespace', '<dialog-info/>'],
])('no such document: %s', (_what, body) => {
  expect(parseDialogInfo(body)).toBeUndefined();
});
