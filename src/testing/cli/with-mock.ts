/** A scenario with a mock server, and a test that is its system under test. Never shipped. */
import type { RunningCli } from './run-cli.js';
import { steer, type FilesRun } from './run-files.js';

/** A flood of requests takes its time on a busy machine. */
const LONG_MS = 80_000;

/** `source` has `mock`, and tells its URL by log('url=' + mock.url); `act` gets it. */
export async function withMock<T>(
  source: string,
  act: (url: string, cli: RunningCli, run: FilesRun) => Promise<T>,
  args: readonly string[] = [],
): Promise<T> {
  const script = `const mock = mock_server(); ${source}`;
  const tell = async (cli: RunningCli, run: FilesRun): Promise<T> => {
    await cli.waitFor(/url=\S+"/);
    const url = /url=([^"\s]+)/.exec(cli.stdout())?.[1] ?? '';
    return act(url, cli, run);
  };
  const all = ['run', 'it.js', '--json', ...args];
  return steer({ 'it.js': script }, all, tell, { timeout: LONG_MS });
}
