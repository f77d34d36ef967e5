import { expect, test } from 'vitest';
import { messageOf, OffhookError, predicateOf, said } from './errors.js';

test.each([
  [{ what: 'no scenario' }, 'no scenario'],
  [{ subject: '--reporter', what: 'needs a file' }, '--reporter: needs a file'],
  [
    { subject: 'agent "a"', verb: 'dial', what: 'no answer', seen: '480', limit: '5 s' },
    'agent "a": dial: no answer: 480 (limit 5 s)',
  ],
  [
    { subject: 'script', what: 'out of memory', limit: '16 MiB' },
    'script: out of memory (limit 16 MiB)',
  ],
])('%j says "%s"', (facts, message) => {
  expect(messageOf(facts)).toBe(message);
  expect(said(facts)).toEqual({ ...facts, message });
  expect(new OffhookError('E_USAGE', facts).message).toBe(message);
});

test('an error carries its facts, also through data, and they win over those of another error', () => {
  const first = new OffhookError('E_IMPORT', {
    subject: 'file "x"',
    what: 'not read',
    seen: 'gone',
  });
  const data = first.toData();
  expect(data).toMatchObject({ subject: 'file "x"', what: 'not read', seen: 'gone' });
  expect(OffhookError.from(data).toData()).toEqual(data);
  const second = new OffhookError(
    'E_IMPORT',
    { subject: 'import of "x"', what: 'not loaded' },
    first.details,
  );
  expect(second.toData()).toMatchObject({ subject: 'import of "x"', what: 'not loaded' });
  expect(second.message).toBe('import of "x": not loaded');
});

test('a predicate leaves out what its reader knows', () => {
  const facts = said({
    subject: 'agent "a"',
    verb: 'dial',
    what: 'no answer',
    seen: '480',
    limit: '5 s',
  });
  expect(predicateOf(facts)).toBe('no answer: 480 (limit 5 s)');
  expect(predicateOf({ message: 'some text' })).toBe('some text');
});
