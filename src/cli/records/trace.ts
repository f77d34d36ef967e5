/** `offhook trace`: attempts of a recorded run as text, for terminals, logs and assistants. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OffhookError } from '../../errors.js';
import type { RunEvent, ScenarioId, Verdict } from '../../model/run-event.js';
import { statIfAllowed } from '../../ordinary-file.js';
import { AgentNames } from '../../report/lines/agent-names.js';
import { Page, palette } from '../../report/lines/page.js';
import { printTrace, type TraceOptions } from '../../report/lines/trace.js';
import { readRecord, recordedEvents } from '../../report/record/read-record.js';
import { isBad } from '../../report/results.js';
import { scenarioTitle } from '../../story/scenario-title.js';
import { nearest } from '../../schema/nearest.js';
import { readProcess } from '../../settings/process-environment.js';
import { count } from '../../story/printable.js';
import type { Story } from '../../story/story.js';
import { tellStory } from '../../story/tell.js';
import { flagMs } from '../flags.js';
import type { TraceFlags } from '../options.js';
import { NEWEST_RUN } from '../output/run-folders.js';
import { print, secrets } from '../print.js';

const EVENTS = 'events.ndjson';
/** Where more scenarios failed, only the names of the rest are printed. */
const MOST_TRACES = 5;
const MOST_NAMES = 20;

interface RecordedAttempt {
  record: string;
  scenario: ScenarioId;
  /** "unfinished": the record ends before it does. */
  verdict: Verdict | 'unfinished';
  isRetried: boolean;
}

/** @throws OffhookError E_USAGE, E_RECORD */
export async function traceCommand(given: string | undefined, flags: TraceFlags): Promise<number> {
  const environment = readProcess();
  const { cwd } = environment;
  const path = given ?? newestRun(cwd);
  const attempts = await attemptsOf(recordsAt(resolve(cwd, path), path));
  const chosen = chosenAttempts(attempts, flags);
  if (chosen.length === 0) {
    print(`no scenario failed: name one with --scenario\n${namesOf(attempts)}`);
    return 0;
  }
  const page = new Page(
    (text) => process.stdout.write(secrets.mask(text)),
    palette(flags.color ? environment.colourLevel : 0),
    () => process.stdout.columns,
  );
  const options = optionsOf(flags, cwd);
  const shown = chosen.slice(0, MOST_TRACES);
  for (const [index, attempt] of shown.entries()) {
    if (index > 0) page.blank();
    const { story, names } = await storyOf(attempt);
    needAgent(story, flags.agent);
    printTrace(page, names, story, options);
    tellOthers(page, attempt, attempts);
  }
  const rest = chosen.slice(MOST_TRACES);
  if (rest.length > 0)
    print(
      `\n${count(rest.length, 'more failed scenario')}; name one with --scenario\n${namesOf(rest)}`,
    );
  return 0;
}

/** @throws OffhookError E_USAGE where --artifacts has kept none */
function newestRun(cwd: string): string {
  if (existsSync(join(cwd, NEWEST_RUN))) return NEWEST_RUN;
  throw new OffhookError('E_USAGE', 'no record is named', {
    hint: 'name a file that --reporter ndjson=FILE has written, or first run with --artifacts',
  });
}

/** Records of a file, of a folder of artefacts, or of a folder with such folders. */
function recordsAt(path: string, given: string): readonly string[] {
  const stat = statIfAllowed(path);
  if (stat?.isDirectory() !== true) return [path];
  const folders = readdirSync(path, { withFileTypes: true }).filter((one) => one.isDirectory());
  const inside = [path, ...folders.map(({ name }) => join(path, name)).sort()];
  const found = inside.map((folder) => join(folder, EVENTS)).filter(isFile);
  if (found.length > 0) return found;
  throw new OffhookError(
    'E_USAGE',
    { subject: `folder "${given}"`, what: `holds no ${EVENTS}` },
    { hint: 'name a record of --reporter ndjson=FILE, or the folder of --artifacts' },
  );
}

function isFile(path: string): boolean {
  return statIfAllowed(path)?.isFile() === true;
}

async function attemptsOf(records: readonly string[]): Promise<RecordedAttempt[]> {
  const attempts: RecordedAttempt[] = [];
  for (const record of records) {
    // Says what is wrong with a file that is no record.
    const read = await readRecord(record);
    if (!('started' in read)) {
      throw new OffhookError(
        'E_RECORD',
        { subject: `record "${record}"`, what: 'cannot be read', seen: read.problem },
        { hint: 'name a file that --reporter ndjson=FILE has written' },
      );
    }
    const own = new Map<string, RecordedAttempt>();
    for await (const event of recordedEvents(record)) {
      if (event.type === 'scenario_started' || event.type === 'file_part_started') {
        const { scenario } = event;
        own.set(scenario.id, { record, scenario, verdict: 'unfinished', isRetried: false });
      } else if (event.type === 'scenario_finished' || event.type === 'file_part_finished') {
        const { scenario, verdict } = event;
        const isRetried = event.type === 'scenario_finished' && event.retried === true;
        own.set(scenario.id, { record, scenario, verdict, isRetried });
      }
    }
    attempts.push(...own.values());
  }
  return attempts.sort(
    (a, b) => a.scenario.order - b.scenario.order || a.scenario.attempt - b.scenario.attempt,
  );
}

/** @throws OffhookError E_USAGE for a scenario or an attempt that is not there */
function chosenAttempts(
  attempts: readonly RecordedAttempt[],
  { scenario: wanted, attempt }: TraceFlags,
): readonly RecordedAttempt[] {
  if (wanted === undefined) {
    const failed = attempts.filter(({ verdict, isRetried }) => isBad(verdict) && !isRetried);
    return attempt === undefined
      ? failed
      : attempts.filter((one) => isBad(one.verdict) && one.scenario.attempt === attempt);
  }
  const found = named(attempts, wanted);
  if (found.length === 0) {
    throw new OffhookError(
      'E_USAGE',
      { subject: '--scenario', what: `the record has no scenario "${wanted}"` },
      { hint: scenarioHint(attempts, wanted) },
    );
  }
  if (attempt === undefined) return lastOfEach(found);
  const those = found.filter((one) => one.scenario.attempt === attempt);
  if (those.length > 0) return those;
  const numbers = [...new Set(found.map((one) => one.scenario.attempt))].join(', ');
  throw new OffhookError(
    'E_USAGE',
    { subject: '--attempt', what: `there is no attempt ${attempt}` },
    { hint: `attempts in the record: ${numbers}` },
  );
}

/** Finds scenarios by their key, title or name, else by a part of their title. */
function named(attempts: readonly RecordedAttempt[], wanted: string): readonly RecordedAttempt[] {
  const exact = attempts.filter(({ scenario }) =>
    [scenario.key, scenario.name, scenario.id, scenario.file, scenarioTitle(scenario)].includes(
      wanted,
    ),
  );
  if (exact.length > 0) return exact;
  const part = wanted.toLowerCase();
  return attempts.filter(({ scenario }) => scenarioTitle(scenario).toLowerCase().includes(part));
}

function lastOfEach(attempts: readonly RecordedAttempt[]): readonly RecordedAttempt[] {
  return [...new Map(attempts.map((one) => [one.scenario.key, one])).values()];
}

function scenarioHint(attempts: readonly RecordedAttempt[], wanted: string): string {
  const name = nearest(
    wanted,
    attempts.map(({ scenario }) => scenario.name),
  );
  return name === undefined ? `it has:\n${namesOf(attempts)}` : `did you mean "${name}"?`;
}

function namesOf(attempts: readonly RecordedAttempt[]): string {
  const all = [
    ...new Set(
      attempts.map(({ scenario, verdict }) => `  ${scenarioTitle(scenario)} (${verdict})`),
    ),
  ];
  const rest = all.length > MOST_NAMES ? [`  … and ${all.length - MOST_NAMES} more`] : [];
  return [...all.slice(0, MOST_NAMES), ...rest].join('\n');
}

async function storyOf({
  record,
  scenario,
}: RecordedAttempt): Promise<{ story: Story; names: AgentNames }> {
  const names = new AgentNames();
  const events: RunEvent[] = [];
  let run: Pick<Extract<RunEvent, { type: 'run_started' }>, 'lab' | 'aliases'> = {};
  for await (const event of recordedEvents(record)) {
    if (event.type === 'run_started') run = event;
    if (event.type === 'agent' || event.type === 'run_started') names.take(event);
    if (isOf(event, scenario.id)) events.push(event);
  }
  return { story: tellStory(events, run), names };
}

function isOf(event: RunEvent, id: string): boolean {
  if (!('scenario' in event)) return false;
  return typeof event.scenario === 'object' ? event.scenario.id === id : event.scenario === id;
}

function optionsOf({ at, agent }: TraceFlags, cwd: string): TraceOptions {
  return {
    cwd,
    ...(at === undefined ? {} : { at: flagMs(at) }),
    ...(agent === undefined ? {} : { agent }),
  };
}

/** @throws OffhookError E_USAGE */
function needAgent({ lanes, scenario }: Story, agent: string | undefined): void {
  if (agent === undefined || lanes.some(({ name }) => name === agent)) return;
  const names = lanes.map(({ name }) => name);
  const near = nearest(agent, names);
  throw new OffhookError(
    'E_USAGE',
    {
      subject: '--agent',
      what: `no agent or peer in ${scenarioTitle(scenario)} is named "${agent}"`,
    },
    { hint: near === undefined ? `there are: ${names.join(', ')}` : `did you mean "${near}"?` },
  );
}

function tellOthers(
  page: Page,
  { scenario }: RecordedAttempt,
  attempts: readonly RecordedAttempt[],
): void {
  const others = attempts.filter(
    (one) => one.scenario.key === scenario.key && one.scenario.id !== scenario.id,
  );
  if (others.length === 0) return;
  const text = others.map((one) => `--attempt ${one.scenario.attempt} (${one.verdict})`).join(', ');
  page.line(`other attempts: ${text}`, { indent: 2, style: page.palette.dim });
}
