/** Matchers with several values: what holds, and what they say when nothing does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Bench, failure } from '../testing/hostile/peer.js';

let bench: Bench;
beforeAll(() => {
  bench = new Bench({ cpu_ms: 5000 });
});
afterAll(() => bench.close());

const failed = async (source: string) => failure(await bench.run(source, {}));

describe('what holds', () => {
  it.each([
    'assert(486).is_one_of([480, 486])',
    'assert({ a: [1] }).is_one_of([{ a: [2] }, { a: [1] }])',
    'assert(undefined).is_one_of([undefined, 1])',
    'assert(NaN).is_one_of([NaN])',
    'assert(400).between(400, 499).between(400, 400)',
    'assert(-1.5).between(-2, -1)',
    'assert(440).about(440, 0)',
    'assert(435).about(440, 5).about(437, 2)',
    'assert(445).about(440, 5)',
    // exactly at the bound, apart from the rounding of binary fractions
    'assert(1.1).about(1, 0.1); assert(0.3).about(0.1, 0.2); assert(0.1 + 0.2).about(0.3, 0)',
    'assert(90).about(100, "10%"); assert(-110).about(-100, "10%"); assert(2.5).about(2, "25.0%")',
  ])('%s', async (source) => {
    expect(await failed(`${source};`)).toBeUndefined();
  });
});

describe('what does not', () => {
  it.each([
    ['assert(503).is_one_of([480, 486])', 'is one of [480, 486]', '503'],
    ['assert("486").is_one_of([480, 486])', 'is one of [480, 486]', '"486"'],
    ['assert({ a: 1 }).is_one_of([{ a: 1, b: 2 }])', 'is one of [{ a: 1, b: 2 }]', '{ a: 1 }'],
    ['assert(500).between(400, 499)', 'between 400 and 499', '500'],
    ['assert(399).between(400, 499)', 'between 400 and 499', '399'],
    ['assert("450").between(400, 499)', 'between 400 and 499', '"450"'],
    ['assert(undefined).between(400, 499)', 'between 400 and 499', 'undefined'],
    ['assert(446).about(440, 5)', 'about 440, tolerance 5 (435 to 445)', '446'],
    ['assert(89).about(100, "10%")', 'about 100, tolerance 10% (90 to 110)', '89'],
    ['assert("440").about(440, 5)', 'about 440, tolerance 5 (435 to 445)', '"440"'],
    // a number that would look like the bound is shown exactly
    ['assert(499.00001).between(400, 499)', 'between 400 and 499', '499.00001'],
    ['assert(1.1000001).about(1, 0.1)', 'about 1, tolerance 0.1 (0.9 to 1.1)', '1.1000001'],
  ])('%s', async (source, expected, actual) => {
    const seen = await failed(`${source};`);
    expect(seen).toMatchObject({ code: 'E_ASSERT', expected, actual });
    expect(seen?.message).toContain(`does not hold: ${expected}: was ${actual}`);
  });

  it('in a condition: what was expected, and what was seen last', async () => {
    const seen = await failed('await_until(() => assert(1 + 2).about(5, 1), "30ms");');
    expect(seen?.message).toBe(
      'await_until(): 1 + 2: never about 5, tolerance 1 (4 to 6): last 3 (waited 30 ms)',
    );
  });
});

describe('what is no argument', () => {
  it.each([
    ['is_one_of()', '"values" is missing: it must be an array with at least one value'],
    ['is_one_of([])', '"values" must be an array with at least one value: got [] (array)'],
    ['is_one_of(480, 486)', 'takes 1 argument: got 2'],
    ['between(400)', '"high" is missing: it must be a number'],
    ['between(499, 400)', '"low" must not be above "high": 499 and 400'],
    ['between(NaN, 1)', '"low" must be a number: got NaN'],
    ['about(440)', '"tolerance" is missing: it must be a number from 0 on'],
    ['about(440, -1)', '"tolerance" must be a number from 0 on'],
    ['about(440, "5")', '"tolerance" must be a number from 0 on'],
    ['about(440, "-5%")', '"tolerance" must be a number from 0 on'],
    ['about("440", 5)', '"expected" must be a number'],
  ])('%s', async (call, message) => {
    const seen = await failed(`assert(440).${call};`);
    expect(seen?.code).toBe('E_ARGUMENT');
    expect(seen?.message).toContain(message);
    expect(seen?.at).toMatchObject({ line: 1 });
  });
});

it('without a call it is no matcher, with several arguments shown whole', async () => {
  const seen = await failed('const range = [1, 2]; assert(3).between;');
  expect(seen?.code).toBe('E_ASSERT_NO_MATCHER');
  expect(seen?.hint).toContain('between(');
});
