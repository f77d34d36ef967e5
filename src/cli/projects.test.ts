import { expect, test } from 'vitest';
import type { RunFlags } from './options.js';
import { runInTurn } from './projects.js';

type Outputs = Partial<Pick<RunFlags, 'reporter' | 'logs' | 'sipTrace' | 'saveAudio' | 'watch'>>;

/** Runs the projects of these flags and exit codes; gives the exit code and what ran. */
async function inTurn(
  flags: Readonly<Record<string, Outputs>>,
  codes: Readonly<Record<string, number>> = {},
  names: readonly string[] = Object.keys(flags),
): Promise<{ code: number; ran: string[] }> {
  const ran: string[] = [];
  const code = await runInTurn(names, {
    flagsOf: (name) => Promise.resolve({ reporter: [], ...flags[name] } as unknown as RunFlags),
    run: (name, index) => {
      ran.push(`${name} ${index}`);
      return Promise.resolve(codes[name] ?? 0);
    },
    tell: () => undefined,
  });
  return { code, ran };
}

test.each([
  { codes: {}, code: 0, ran: ['a 0', 'b 1', 'c 2'] },
  { codes: { a: 3, b: 1 }, code: 1, ran: ['a 0', 'b 1', 'c 2'] },
  { codes: { b: 3 }, code: 3, ran: ['a 0', 'b 1', 'c 2'] },
  { codes: { a: 1, b: 130 }, code: 130, ran: ['a 0', 'b 1'] },
])('runs one after another: $codes', async ({ codes, code, ran }) => {
  expect(await inTurn({ a: {}, b: {}, c: {} }, codes)).toEqual({ code, ran });
});

const outputs: [Outputs, Outputs, string | undefined][] = [
  [{ reporter: ['junit=x.xml'] }, { reporter: ['tap=./x.xml'] }, './x.xml'],
  [{ logs: 'l.txt' }, { sipTrace: 'l.txt' }, 'l.txt'],
  [{ saveAudio: 'audio' }, { saveAudio: 'audio' }, 'audio'],
  [{ reporter: ['junit=x.xml', 'list'] }, { reporter: ['junit=y.xml', 'list'] }, undefined],
  [{ logs: true, sipTrace: true }, { logs: true, sipTrace: true }, undefined],
];
test.each(outputs)('two projects with the outputs %j and %j', async (a, b, clash) => {
  const ran = inTurn({ a, b });
  if (clash === undefined) expect((await ran).ran).toHaveLength(2);
  else
    await expect(ran).rejects.toMatchObject({
      code: 'E_USAGE',
      message: `--project: "a" and "b" would both write to "${clash}"`,
    });
});

test('one that is named twice, and --watch, are errors', async () => {
  await expect(inTurn({ a: {} }, {}, ['a', 'a'])).rejects.toThrow('"a" is named twice');
  await expect(inTurn({ a: {}, b: { watch: true } })).rejects.toThrow(
    'only one project can be watched',
  );
});
