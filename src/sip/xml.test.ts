import { expect, test } from 'vitest';
import { parseXml, xmlProblem } from './xml.js';
import { leastCpuMs } from '../testing/timing.js';

test('names, namespaces, attributes, children and text', () => {
  const root = parseXml(
    '\ufeff<?xml version="1.0" encoding="UTF-8"?>\r\n<!-- a -->\r\n' +
      '<p:presence xmlns:p="urn:one" xmlns="urn:two" entity=\'sip:a@b?x=1&amp;y="2"\' xml:lang="de">' +
      '<note p:kind="a\r\nb">one &lt;<sub/> two<![CDATA[ & <three>]]></note>' +
      '<none xmlns="">&#228;&#x1F600;\r\n</none></p:presence>\n<?end of it?>',
  );
  expect(root).toEqual({
    name: 'presence',
    namespace: 'urn:one',
    attributes: { entity: 'sip:a@b?x=1&y="2"', 'xml:lang': 'de' },
    text: '',
    children: [
      {
        name: 'note',
        namespace: 'urn:two',
        attributes: { 'p:kind': 'a b' },
        text: 'one < two & <three>',
        children: [{ name: 'sub', namespace: 'urn:two', attributes: {}, text: '', children: [] }],
      },
      { name: 'none', namespace: '', attributes: {}, text: 'ä😀\n', children: [] },
    ],
  });
});

test('an attribute may have the name of a property', () => {
  const attributes = parseXml('<a __proto__="1" constructor="2"/>')?.attributes ?? {};
  expect(Object.entries(attributes)).toEqual([
    ['__proto__', '1'],
    ['constructor', '2'],
  ]);
});

test.each([
  ['', 'line 1: no element'],
  ['text', 'line 1: text outside of the root element'],
  ['<a>', 'line 1: no </a>'],
  ['<a>\r\n</b>', 'line 2: </b> where </a> belongs'],
  ['</a>', 'line 1: </a> without its start tag'],
  ['<a></a >x', 'line 1: text outside of the root element'],
  ['<a/><b/>', 'line 1: a second root element'],
  ['<a b=1/>', 'line 1: the tag <a> is not well-formed'],
  ['<a b="1"c="2"/>', 'line 1: the tag <a> is not well-formed'],
  ['<a b="<"/>', 'line 1: the tag <a> is not well-formed'],
  ['<a b="1" b="2"/>', 'line 1: the attribute b twice'],
  ['<a xmlns:x="u" xmlns:y="u" x:b="1" y:b="2"/>', 'line 1: the attribute b twice'],
  ['<x:a/>', 'line 1: no xmlns:x for the prefix x'],
  ['<a x:b="1"/>', 'line 1: no xmlns:x for the prefix x'],
  ['<a xmlns:x=""/>', 'line 1: xmlns:x may not be ""'],
  ['<a xmlns:xml="u"/>', 'line 1: xmlns:xml may not be "u"'],
  ['< a/>', 'line 1: a "<" that begins no tag'],
  ['<a:b:c/>', 'line 1: the tag <a:b> is not well-formed'],
  ['<a>]]></a>', 'line 1: "]]>" inside of text'],
  ['<a><!-- - -- --></a>', 'line 1: "--" inside of a comment'],
  ['<a><!-- </a>', 'line 1: a comment without its end'],
  ['<a><![CDATA[</a>', 'line 1: a CDATA section without its end'],
  [
    ' <?xml version="1.0"?><a/>',
    'line 1: an XML declaration that is malformed or not at the beginning',
  ],
  ['<a>&</a>', 'line 1: & stands for no character'],
  ['<a>&nbsp;</a>', 'line 1: the entity &nbsp; is not known'],
  ['<a>&#0;</a>', 'line 1: &#0; stands for no character'],
  ['<a>&#xD800;</a>', 'line 1: &#xD800; stands for no character'],
  ['<a>&#x110000;</a>', 'line 1: &#x110000; stands for no character'],
  ['<a>\u0001</a>', 'line 1: a character that XML does not allow'],
  [
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    'line 1: a document type declaration, which is not supported',
  ],
  ['<a><!DOCTYPE b></a>', 'line 1: a document type declaration, which is not supported'],
  ['<a>'.repeat(65) + '</a>'.repeat(65), 'line 1: more than 64 levels'],
  [`<a>${' '.repeat(1_000_000)}</a>`, 'longer than 1000000 characters'],
])('not read: %.40j', (text, problem) => {
  expect(xmlProblem(text)).toBe(problem);
  expect(parseXml(text)).toBeUndefined();
});

test('64 levels are read', () => {
  const text = '<a>'.repeat(64) + '</a>'.repeat(64);
  expect(xmlProblem(text)).toBeUndefined();
  expect(parseXml(text)?.children).toHaveLength(1);
});

test.each([
  ['attributes', `<a ${Array.from({ length: 6_000 }, (_, n) => `b${n}="&lt;"`).join(' ')}/>`],
  ['elements', `<a>${'<b/>'.repeat(10_000)}</a>`],
  ['references', `<a>${'&amp;'.repeat(40_000)}</a>`],
  ['spaces', `<a b="1"${' '.repeat(100_000)}x/>`],
  ['quotes', `<a ${`b="'`.repeat(50_000)}`],
])('many %s take time in proportion', async (_, text) => {
  expect(await leastCpuMs(1000, () => xmlProblem(text))).toBeLessThan(1000);
});
