import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ERROR_CODES } from '../errors.js';
import type { AgentInfo as ModelInfo } from '../model/agent-view.js';
import { STATES } from '../model/agent-state.js';
import { anchor, referenceText } from './reference.js';
import { SCHEMAS } from './schemas.gen.js';
import type { AgentInfo } from './types.gen.js';
import { typingsText } from './typings.js';

const ROOT = join(import.meta.dirname, '..', '..');
const page = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

function anchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title]) => anchor(title ?? ''));
}

function links(markdown: string, pattern: RegExp): string[] {
  return [...markdown.matchAll(pattern)].map(([, target]) => target ?? '');
}

test('the committed reference and typings are those of the contract', () => {
  expect(page('docs/reference.md')).toBe(referenceText());
  expect(page('examples/offhook.d.ts')).toBe(typingsText());
});

test('headings of the reference are unique, and every link has its target', () => {
  const text = referenceText();
  const own = anchors(text);
  expect(own.filter((one, index) => own.indexOf(one) !== index)).toEqual([]);
  const inner = links(text, /\]\(#([^)]*)\)/g);
  expect(inner.length).toBeGreaterThan(50);
  expect(inner.filter((target) => !own.includes(target))).toEqual([]);
  const errors = anchors(page('docs/errors.md'));
  const outer = links(text, /\]\(errors\.md#([^)]*)\)/g);
  expect(outer.filter((target) => !errors.includes(target))).toEqual([]);
});

test('docs/errors.md has one section for each code, with advice and an example, and no other', () => {
  const sections = page('docs/errors.md').split(/^## /m).slice(1);
  const byCode = new Map(sections.map((text) => [text.split('\n')[0] ?? '', text]));
  const codes = Object.keys(ERROR_CODES);
  expect([...byCode.keys()].sort()).toEqual([...codes].sort());
  expect(sections.length).toBe(byCode.size);
  for (const [code, [, meaning]] of Object.entries(ERROR_CODES)) {
    const text = byCode.get(code) ?? '';
    expect(text, code).toContain(`\n${meaning}\n`);
    expect(text, code).toMatch(/\n```text\n\S[^]*\n```\n/);
    expect(
      text
        .replace(/```[^]*?```/g, '')
        .trim()
        .split('\n\n').length,
      code,
    ).toBeGreaterThan(2);
  }
});

test('the data schema and the model agree', () => {
  expect(SCHEMAS.agentData.definitions.State.enum).toEqual(STATES);
  const model: ModelInfo = {
    name: 'a',
    aor: 'sip:a@b',
    registered: true,
    registration: { state: 'failed', code: 403, reason: 'Forbidden', count: 0 },
    state: 'Ringing',
    calls: [],
    peer: { uri: 'sip:b@c', number: 'b', name: 'B' },
    ended: { by: 'remote', how: 'bye', code: 486, reason: 'Busy', cause: 'x' },
    metadata: {},
  };
  // Each type takes the other's values: this is checked by the compiler.
  const data: AgentInfo = model;
  const back: ModelInfo = data;
  expect(new Set(Object.keys(back))).toEqual(
    new Set(Object.keys(SCHEMAS.agentData.definitions.AgentInfo.properties)),
  );
});
