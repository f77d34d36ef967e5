/** `offhook serve`: monitors around the clock, until Ctrl-C. */
import { unwatchFile, watchFile } from 'node:fs';
import { readSettings, secretsOf, type ServeSettings } from '../../monitor/settings/settings.js';
import { configFile } from '../../monitor/settings/config-file.js';
import type { State } from '../../monitor/model/states.js';
import type { Change } from '../../monitor/model/view.js';
import { assertListening, Service } from '../../monitor/service.js';
import { readProcess } from '../../settings/process-environment.js';
import { PRODUCT_VERSION } from '../../settings/product.js';
import { asOffhookError, errorText } from '../error-text.js';
import type { ServeFlags } from '../options.js';
import { print, printError, secrets } from '../print.js';
import { abortOnSignal } from '../signals.js';
import { checkMonitors } from './check-monitors.js';

/** How often the configuration file is checked for changes. Folders mounted into containers send no change events. */
const LOOK_MS = 2000;

/** @returns the exit code. @throws OffhookError E_SETTINGS, E_STORE, E_LISTEN */
export async function serveCommand(
  config: string | undefined,
  { check }: ServeFlags,
): Promise<number> {
  const { cwd, variables, program } = readProcess();
  const file = configFile(cwd, config);
  const read = (): ServeSettings => {
    const settings = readSettings(file, variables);
    secrets.note(secretsOf(settings));
    return settings;
  };
  const settings = read();
  const words = [process.execPath, program];
  if (check === true) {
    await assertListening(settings);
    return checkMonitors(settings, { program: words, environment: variables });
  }
  const signal = abortOnSignal(['SIGINT', 'SIGTERM']);
  const service = await Service.start(settings, {
    program: words,
    environment: variables,
    version: PRODUCT_VERSION,
    onError: (error) => {
      printError(errorText(asOffhookError(error)));
    },
  });
  const tell = teller(service);
  const endWatching = service.watch.watch(tell);
  const reload = reloader(service, read);
  watchFile(file, { interval: LOOK_MS }, ({ mtimeMs, size }, before) => {
    if (mtimeMs !== before.mtimeMs || size !== before.size) reload();
  });
  process.on('SIGHUP', reload);
  print(`${counted(settings)} of ${file}: ${service.url}/ (stop with Ctrl-C)`);
  await new Promise<void>((resolve) => {
    // The signal may have come while the service was starting.
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
  unwatchFile(file);
  process.off('SIGHUP', reload);
  endWatching();
  print('ending: runs under way are stopped and do not count');
  await service.close();
  return 0;
}

/** Prints each change of a state, and of the health. */
function teller(service: Service): (change: Change) => void {
  const states = new Map<string, State>(
    service.watch.all().map(({ name, state }) => [name, state.state]),
  );
  return (change) => {
    const time = new Date().toISOString();
    if (change.type === 'health') {
      const texts = change.problems.map(({ text }) => text);
      print(`${time} health: ${texts.length === 0 ? 'ok' : texts.join('; ')}`);
      return;
    }
    if (change.type === 'removed') {
      states.delete(change.name);
      return;
    }
    if (change.type !== 'monitor') return;
    const { name, state } = change.monitor;
    const before = states.get(name);
    states.set(name, state.state);
    if (before === undefined || before === state.state) return;
    const note = state.note === undefined ? '' : `: ${state.note}`;
    print(`${time} ${name}: ${before} -> ${state.state}${note}`);
  };
}

/** Returns a function that reloads the configuration, one reload at a time. A wrong configuration changes nothing. */
function reloader(service: Service, read: () => ServeSettings): () => void {
  let last = Promise.resolve();
  const reload = async (): Promise<void> => {
    try {
      const settings = read();
      const waits = await service.reload(settings);
      service.reportSettings(undefined);
      print(`${counted(settings)}: the configuration was read again: ${service.url}/`);
      if (waits !== undefined) printError(`warning: ${waits}`);
    } catch (error) {
      const text = errorText(asOffhookError(error));
      service.reportSettings(
        `the configuration could not be read again: ${text.split('\n')[0] ?? ''}`,
      );
      printError(`${text}\nThe monitors go on with the configuration they had.`);
    }
  };
  return () => {
    last = last.then(reload);
  };
}

function counted({ monitors: { length } }: ServeSettings): string {
  return length === 1 ? '1 monitor' : `${length} monitors`;
}
