/** The JUnit report against the schema of Jenkins' xUnit plugin, checked by libxml2. */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import type { Failure } from '../model/run-event.js';
import { leavingNothing, watchLeftovers } from '../testing/cli/leftovers.js';
import { unpacked } from '../testing/real-servers.js';
import { SampleRun, twoPartyCall } from '../testing/samples/sample-run.js';
import { JUnitReporter } from './junit.js';

const JENKINS = new URL('../testing/schemas/junit-10.xsd', import.meta.url);

/** What Jenkins, GitLab and pytest read, although the schema does not name it. */
const BESIDES = [
  ['<xs:element ref="skipped"/>', '<xs:element ref="properties"/>\n<xs:element ref="skipped"/>'],
  [
    '<xs:attribute name="classname" type="xs:string"/>',
    '<xs:attribute name="classname" type="xs:string"/>\n<xs:attribute name="file" type="xs:string"/>\n<xs:attribute name="line" type="xs:positiveInteger"/>',
  ],
] as const;

const AT = { file: '/x/a.js', line: 3, column: 1 };
const DOWN: Failure = { code: 'E_ASSERT', phase: 'body', message: 'was <Idle>', at: AT };

it('is valid against the schema of Jenkins, whatever a run brings', async () => {
  const leftovers = await watchLeftovers();
  await leavingNothing(leftovers, async () => {
    const file = join(leftovers.folder, 'report.xml');
    const reporter = new JUnitReporter({ file, cwd: leftovers.folder });
    const run = twoPartyCall(new SampleRun().begin(6, 2, { retries: 1 }));
    run.scenario('a.js', 'down', 'slow').log('one').failAndRetry(DOWN);
    run.again().log('two').finish('errored', [DOWN, DOWN]);
    run.scenario('a.js', 'shaky').failAndRetry(DOWN).again().log('three').finish('flaky');
    run.scenario('a.js', 'later').finish('skipped', [], 'not today');
    run.scenario('b.js', 'ours').finish('errored', [{ ...DOWN, phase: 'setup' }]);
    run.scenario('b.js', 'cut').log('the run breaks off');
    for (const event of run.events) reporter.on(event);
    await reporter.close();

    let schema = await readFile(JENKINS, 'utf8');
    for (const [known, more] of BESIDES) schema = schema.replace(known, more);
    const xsd = join(leftovers.folder, 'schema.xsd');
    await writeFile(xsd, schema);
    const xmllint = `${await unpacked('libxml2-utils')}/bin/xmllint`;
    const { stderr } = await promisify(execFile)(xmllint, ['--noout', '--schema', xsd, file]);
    expect(stderr).toBe(`${file} validates\n`);
  });
});
