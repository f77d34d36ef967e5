/** `offhook serve` and `offhook monitors`, with their arguments and options. */
import { Argument, type Command } from 'commander';
import { declare } from '../declare.js';
import {
  MONITOR_ACTIONS,
  MONITORS,
  SERVE,
  type MonitorAction,
  type MonitorsFlags,
  type ServeFlags,
} from '../options.js';

export function addMonitoring(program: Command, run: (exit: Promise<number>) => void): void {
  const serve = program
    .command('serve')
    .description('watch phone lines: run scenarios on a schedule, with a page, an API and alarms')
    .argument('[config]', 'default: offhook.config.json or .yaml of the folder you are in');
  declare(serve, SERVE).action((config: string | undefined, flags: ServeFlags) => {
    run(import('./serve.js').then((module) => module.serveCommand(config, flags)));
  });
  const monitors = program
    .command('monitors')
    .description('list and control the monitors of a running `offhook serve`')
    .addArgument(new Argument('<action>', 'what to do').choices(MONITOR_ACTIONS))
    .argument('[name]', 'name of the monitor; list and dump take none');
  declare(monitors, MONITORS).action(
    (action: MonitorAction, name: string | undefined, flags: MonitorsFlags) => {
      run(import('./monitors.js').then((module) => module.monitorsCommand(action, name, flags)));
    },
  );
}
