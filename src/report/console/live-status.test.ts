import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SampleRun } from '../../testing/samples/sample-run.js';
import { ConsoleReporter } from './console.js';
import { Terminal } from './terminal.js';
import type { Output } from '../output.js';

/** A terminal of one growing page: understands what the reporter may use of it, nothing else. */
class Screen implements Output {
  readonly isTTY = true;
  readonly columns: number;
  draws = 0;
  lines = [''];

  constructor(columns = 60) {
    this.columns = columns;
  }

  write(text: string): void {
    for (const part of text.split(/(\r\u001b\[2K|\n)/)) {
      if (part === '\n') this.lines.push('');
      else if (part === '\r\u001b[2K') this.lines[this.lines.length - 1] = '';
      else if (part !== '') {
        if (part.includes('\u001b') || part.includes('\r')) throw new Error(`unknown: ${part}`);
        this.lines[this.lines.length - 1] = this.last + part;
        if (!text.includes('\n')) this.draws += 1;
      }
    }
  }

  get last(): string {
    return this.lines.at(-1) ?? '';
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function waitingRun(): SampleRun {
  const run = new SampleRun().begin(1).scenario('a.js', 'one');
  const { at, id: scenario } = run;
  return run.push({
    type: 'waiting',
    by: 'await_until',
    at,
    scenario,
    what: 'bob.state',
    until: at + 5000,
  });
}

function feed(reporter: ConsoleReporter, run: SampleRun): void {
  for (const event of run.events.splice(0)) reporter.on(event);
}

test('says what is awaited, in place, and is gone when it is over', async () => {
  const screen = new Screen();
  const reporter = new ConsoleReporter({ terminal: new Terminal({ output: screen }) });
  const run = waitingRun();
  feed(reporter, run);
  vi.advanceTimersByTime(1200);
  expect(screen.last).toMatch(/^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] one: bob\.state {2}1\.2 s \/ 5\.0 s$/);
  expect(screen.draws).toBeLessThanOrEqual(12);

  feed(reporter, run.log('in between'));
  vi.advanceTimersByTime(0);
  expect(screen.last).toBe('');
  vi.advanceTimersByTime(100);
  expect(screen.last).toMatch(/bob\.state/);

  const waited = { at: run.at, scenario: run.id, what: 'bob.state', ok: true, ms: 1300 };
  feed(
    reporter,
    run
      .push({ type: 'waited', by: 'await_until', ...waited })
      .finish('passed')
      .end(),
  );
  await reporter.close();
  expect(vi.getTimerCount()).toBe(0);
  expect(screen.lines.filter((line) => line.includes('/ 5.0 s'))).toEqual([]);
  expect(screen.lines).toContain('  ✓ passed in 0 ms');
});

test('a line is never wider than the terminal', async () => {
  const screen = new Screen(30);
  const reporter = new ConsoleReporter({ terminal: new Terminal({ output: screen }) });
  const run = new SampleRun().begin(1).scenario('a.js', 'a name that is far too long');
  const { at, id: scenario } = run;
  run.push({
    type: 'waiting',
    by: 'await_until',
    at,
    scenario,
    what: 'something long',
    until: 60_000,
  });
  feed(reporter, run);
  vi.advanceTimersByTime(300);
  expect(screen.last).toMatch(/… {2}0\.3 s \/ 60\.0 s$/);
  expect(screen.last.length).toBeLessThan(30);
  await reporter.close();
  expect(screen.last).toBe('');
});

test('quick waits never flash, verbs that take long are shown', async () => {
  const screen = new Screen();
  const reporter = new ConsoleReporter({ terminal: new Terminal({ output: screen }) });
  const run = new SampleRun().begin(1).scenario('a.js', 'one').awaited('bob.state', 5);
  feed(reporter, run);
  vi.advanceTimersByTime(500);
  expect(screen.draws).toBe(0);
  const { at, id: scenario } = run;
  run.push({ type: 'verb_started', at, scenario, call: 7, agent: 'bob', verb: 'accept', args: '' });
  feed(reporter, run);
  vi.advanceTimersByTime(500);
  expect(screen.last).toMatch(/one: bob\.accept {2}0\.5 s$/);
  await reporter.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('there is none without a terminal', async () => {
  let text = '';
  const reporter = new ConsoleReporter({
    terminal: new Terminal({ output: { write: (more) => void (text += more) } }),
  });
  feed(reporter, waitingRun());
  vi.advanceTimersByTime(2000);
  await reporter.close();
  expect(text).not.toMatch(/\r|\u001b/);
});

test('other streams on the same terminal keep clear of it', async () => {
  const screen = new Screen();
  const terminal = new Terminal({ output: screen });
  const reporter = new ConsoleReporter({ terminal });
  feed(reporter, waitingRun());
  vi.advanceTimersByTime(300);
  terminal.beside(screen).write('from stderr\n');
  terminal.output.write('from the ladder\n');
  await reporter.close();
  expect(screen.lines).toEqual([
    'a.js › one',
    'from stderr',
    'from the ladder',
    expect.anything(),
    '',
  ]);
});

function waiting(run: SampleRun, what: string, ms: number): SampleRun {
  const { at, id: scenario } = run;
  return run.push({ type: 'waiting', by: 'await_until', at, scenario, what, until: at + ms });
}

test('several at a time: how far the run is, and what each scenario waits for', async () => {
  const screen = new Screen(160);
  const reporter = new ConsoleReporter({ terminal: new Terminal({ output: screen }) });
  const run = new SampleRun().begin(30, 2, { jobs: 3 }).scenario('a.js', 'bad').finish('failed');
  waiting(run.scenario('a.js', 'one'), 'assert(bob.state).equals(1)', 5000).scenario('b.js', 'two');
  const lock = { lock: 'sip:alice@pbx', holder: 'b.js › busy' };
  run.push({ type: 'lock_waiting', at: run.at, scenario: run.id, ...lock });
  feed(reporter, run.scenario('b.js', 'three'));
  vi.advanceTimersByTime(1200);
  expect(screen.last.slice(2)).toBe(
    '1/30, 1 failed, 3 running: one (bob.state equals 1 1.2 s / 5.0 s), ' +
      'two (waits for sip:alice@pbx, held by b.js › busy 1.2 s), three',
  );
  await reporter.close();
  expect(vi.getTimerCount()).toBe(0);
});

test('without a terminal, a scenario that takes long says what it waits for, ever more seldom', async () => {
  let text = '';
  const output = { write: (more: string) => void (text += more) };
  const reporter = new ConsoleReporter({ terminal: new Terminal({ output }) });
  const run = new SampleRun().begin(2, 1, { jobs: 2 }).scenario('a.js', 'one');
  feed(reporter, run);
  vi.advanceTimersByTime(2000);
  feed(reporter, waiting(run, 'assert(alice.state).equals(State.Ringing)', 90_000));
  vi.advanceTimersByTime(60_000);
  const still = 'a.js › one: still waiting for alice.state equals State.Ringing';
  expect(text).toBe(`${still}: 8 s of 90 s\n${still}: 18 s of 90 s\n${still}: 38 s of 90 s\n`);
  const [at, until] = [run.at, run.at + 25_000];
  const wait = { type: 'waiting', at, by: 'wait', what: 'wait(25 s)', until } as const;
  run.scenario('a.js', 'three').push({ ...wait, scenario: run.id });
  feed(reporter, run);
  vi.advanceTimersByTime(11_000);
  expect(text).toContain('a.js › three: still in wait(25 s): 10 s of 25 s\n');
  const lock = { lock: 'sales', holder: 'b.js › b' };
  run.scenario('a.js', 'two').push({ type: 'lock_waiting', at: 0, scenario: run.id, ...lock });
  feed(reporter, run);
  vi.advanceTimersByTime(11_000);
  expect(text).toContain('a.js › two: still waiting for sales, held by b.js › b: 10 s\n');
  await reporter.close();
  expect(vi.getTimerCount()).toBe(0);
});
