/**
 * The long runs, in any length: registered calls in a row, in one run of the CLI and in many, beside busy
 * neighbours, and fifty agents at once. Each returns what went wrong, for the caller to hold against [].
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { labPassword } from '../../lab/users.js';
import { watchLeftovers } from '../cli/leftovers.js';
import { type CliResult, runCli, startCli } from '../cli/run-cli.js';

/** One registered two-party call; as the body of a scenario, and as a file of its own. */
const CALL = `
  const server = { domain: env('SIP_DOMAIN'), outbound: env('SIP_PROXY') };
  const caller = agent('caller', { ...server, username: env('A_USER'), password: env('A_PASS') });
  const callee = agent('callee', { ...server, username: env('B_USER'), password: env('B_PASS') });
  caller.register();
  callee.register();
  await_until(() => { assert(caller.registered).is_true(); assert(callee.registered).is_true(); });
  caller.dial(env('B_USER'));
  await_until(() => assert(caller.state).equals(State.Ringing));
  await_until(() => assert(callee.state).equals(State.Ringing));
  callee.accept();
  await_until(() => assert(caller.state).equals(State.Established));
  await_until(() => assert(callee.state).equals(State.Established));
  caller.hangup();
  await_until(() => assert(caller.state).equals(State.Idle));
  await_until(() => assert(callee.state).equals(State.Idle));
  assert(callee.ended).contains({ by: 'remote', how: 'bye' });
`;

const PAIRS = 25;
const MANY_AGENTS = `
const server = { domain: env('SIP_DOMAIN'), outbound: env('SIP_PROXY') };
const agents = Array.from({ length: ${2 * PAIRS} }, (_, index) => {
  const username = 'load' + String(index + 1).padStart(2, '0');
  return agent(username, { ...server, username, password: '${labPassword('')}' + username });
});
agents.forEach((one) => one.register());
await_until(() => agents.forEach((one) => assert(one.registered).is_true()), '20s');
const pairs = Array.from({ length: ${PAIRS} }, (_, index) => [agents[2 * index], agents[2 * index + 1]]);
pairs.forEach(([caller, callee]) => caller.dial(callee));
pairs.forEach(([, callee]) => callee.accept());
await_until(() => agents.forEach((one) => assert(one.state).equals(State.Established)), '20s');
pairs.forEach(([caller]) => caller.hangup());
await_until(() => agents.forEach((one) => assert(one.state).equals(State.Idle)), '20s');
pairs.forEach(([, callee]) => assert(callee.ended).contains({ by: 'remote', how: 'bye' }));
`;

const RUN_LIMIT_MS = 60_000;
const LONG_LIMIT_MS = 50 * 60_000;

/** So many scenarios in one run, each with fresh agents. */
export async function callsInOneRun(count: number): Promise<string[]> {
  const rows = `Array.from({ length: ${count} }, (_, index) => index + 1)`;
  const text = `scenario.each(${rows})('call $row', () => {${CALL}});\n`;
  return withFile(text, async (path) => {
    const result = await runCli(['run', '--lab', '--json', path], { timeout: LONG_LIMIT_MS });
    return [...problems(result), ...missing(result, count)];
  });
}

/** So many runs of the program, one after another, against one SIP server. */
export async function callsInManyRuns(count: number): Promise<string[]> {
  return withFile(CALL, async (path) => {
    const leftovers = await watchLeftovers();
    const envFile = `${path}.env`;
    const options = { leftovers, timeout: LONG_LIMIT_MS };
    const lab = startCli(['lab', '--env-file', envFile], options);
    await lab.waitFor('SIP server ready');
    const found: string[] = [];
    for (let index = 1; index <= count; index += 1) {
      const args = ['run', '--json', '--env-file', envFile, path];
      const result = await runCli(args, { timeout: RUN_LIMIT_MS });
      found.push(...problems(result).map((problem) => `run ${index}: ${problem}`));
    }
    lab.kill('SIGINT');
    await lab.done;
    await leftovers.assertNothingLeft();
    return found;
  });
}

/** 50 agents in one scenario start, register, pair up into 25 calls and hang up. */
export async function manyAgents(): Promise<string[]> {
  return withFile(MANY_AGENTS, async (path) =>
    problems(await runCli(['run', '--lab', '--json', path], { timeout: RUN_LIMIT_MS })),
  );
}

/** The suite about several calls of one agent, each case so many times. */
export async function severalCalls(times: number): Promise<string[]> {
  const args = ['run', '--json', '--set', `TIMES=${times}`, 'scenarios/several-calls.js'];
  return problems(await runCli(args, { timeout: LONG_LIMIT_MS }));
}

/** The suite about the event log, each case so many times. */
export async function eventLog(times: number): Promise<string[]> {
  const args = ['run', '--json', '--set', `TIMES=${times}`, 'scenarios/event-log.js'];
  return problems(await runCli(args, { timeout: LONG_LIMIT_MS }));
}

const DTMF_PAIRS = 10;
/** Equal digits in a row among them, and every digit there is. */
const SOME_DIGITS = '00112233445566778899**##ABCD5550123456789*#DCBA';

/** So many digits in all over ten pairs at the same time: each must arrive, in order, and once. */
export async function digits(count: number, mode: 'rtp' | 'info'): Promise<string[]> {
  const each = Math.ceil(count / DTMF_PAIRS);
  const text = `
    const digits = ${JSON.stringify(SOME_DIGITS)}.repeat(100).slice(0, ${each});
    const alice = agent('alice', { dtmf_mode: '${mode}' });
    const bob = agent('bob');
    alice.dial(bob);
    bob.accept();
    await_until(() => assert(alice.state).equals(State.Established));
    await_until(() => assert(bob.state).equals(State.Established));
    for (let at = 0; at < digits.length; at += 50) alice.dtmf(digits.slice(at, at + 50));
    await_until(() => assert(bob.received_digits.length).at_least(digits.length));
    wait('200ms');
    assert(bob.received_digits).equals(digits);
    bob.received_dtmf.forEach(({ via }) => assert(via).equals('${mode}'));
  `;
  return withFile(text, async (path) => {
    const runs = Array.from({ length: DTMF_PAIRS }, () =>
      runCli(['run', '--json', '--timeout', '10m', path], { timeout: LONG_LIMIT_MS }),
    );
    return (await Promise.all(runs)).flatMap((result) => [
      ...problems(result),
      ...missing(result, 1),
    ]);
  });
}

/** Runs the action while one process for each core does nothing but compute. */
export async function besideHogs<T>(action: () => Promise<T>): Promise<T> {
  // Looks up now and then whether we are still there: it must not outlive a run that was killed.
  const hog = `const parent = process.ppid;
    while (process.ppid === parent) { const end = Date.now() + 200; while (Date.now() < end); }`;
  const hogs = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', hog], { stdio: 'ignore' }),
  );
  try {
    return await action();
  } finally {
    for (const one of hogs) {
      const ended = once(one, 'exit');
      one.kill('SIGKILL');
      await ended;
    }
  }
}

async function withFile(
  text: string,
  action: (path: string) => Promise<string[]>,
): Promise<string[]> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'offhook-soak-'));
  const path = join(folder, 'soak.js');
  writeFileSync(path, text);
  try {
    return await action(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Finished {
  scenario: { name: string };
  verdict: string;
  failures: { message: string }[];
}

function finishedScenarios({ stdout }: CliResult): Finished[] {
  const lines = stdout.split('\n').filter((line) => line.includes('"type":"scenario_finished"'));
  return lines.map((line) => JSON.parse(line) as Finished);
}

function problems(result: CliResult): string[] {
  const failed = finishedScenarios(result).filter(({ verdict }) => verdict !== 'passed');
  const told = failed.map(
    ({ scenario, verdict, failures }) =>
      `${scenario.name}: ${verdict}: ${failures.map(({ message }) => message).join('; ')}`,
  );
  if (result.code === 0 || told.length > 0) return told;
  return [`exit ${String(result.code)}: ${result.stderr}`];
}

/** A run that lost scenarios on its way must not look like one without failures. */
function missing(result: CliResult, count: number): string[] {
  const ran = finishedScenarios(result).length;
  return ran === count ? [] : [`${ran} scenarios ran instead of ${count}`];
}
