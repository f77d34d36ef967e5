/** What the console reporter shows of a run. Never shipped. */
import type { RunEvent } from '../../model/run-event.js';
import { ConsoleReporter } from '../../report/console/console.js';
import type { LinesOptions } from '../../report/console/attempts.js';
import type { ColourLevel } from '../../report/lines/page.js';
import { Terminal } from '../../report/console/terminal.js';
import { Secrets } from '../../secrets/secrets.js';

type Options = Omit<LinesOptions, 'terminal'> & { columns?: number; colour?: ColourLevel };

export async function shown(events: readonly RunEvent[], options: Options = {}): Promise<string> {
  let text = '';
  const { columns, colour = 0, ...rest } = options;
  const output = { write: (more: string) => void (text += more), columns };
  const terminal = new Terminal({ output, colour, live: false });
  const reporter = new ConsoleReporter({ terminal, cwd: '/home/me/tests', ...rest });
  const { maskEvent } = new Secrets();
  for (const event of events) reporter.on(maskEvent(event));
  await reporter.close();
  return `\n${text}`;
}
