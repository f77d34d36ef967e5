/** `offhook show`: opens a report page in the browser. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { EXIT, OffhookError } from '../../errors.js';
import { statIfAllowed } from '../../ordinary-file.js';
import { readProcess } from '../../settings/process-environment.js';
import { DEFAULT_PAGE } from '../output/reporter-names.js';
import { print } from '../print.js';

/** What opens an address in the user's browser, by platform. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};
const LINUX_OPENER = ['xdg-open'] as const;

/** @throws OffhookError E_RECORD when there is no such page */
export async function showCommand(file = DEFAULT_PAGE): Promise<number> {
  needPage(file);
  const address = pathToFileURL(resolve(file)).href;
  print(address);
  const why = await open(address);
  if (why === undefined) return EXIT.passed;
  print(`no browser was opened (${why}): open the address above in a browser`);
  return EXIT.passed;
}

function needPage(file: string): void {
  const stat = statIfAllowed(file);
  const seen =
    stat === undefined
      ? 'there is no such file, or it may not be read'
      : stat.isFile()
        ? undefined
        : 'it is no file';
  const isRecord = /\.ndjson$/i.test(file);
  if (seen === undefined && !isRecord) return;
  throw new OffhookError(
    'E_RECORD',
    { subject: `report "${file}"`, what: 'cannot be shown', seen: seen ?? 'it is a record' },
    {
      hint: isRecord
        ? `make a page from the record: offhook report ${file} --reporter html`
        : 'run with --reporter html first, or name a page',
    },
  );
}

/** @returns why not, if it could not be opened */
async function open(address: string): Promise<string | undefined> {
  const { variables } = readProcess();
  const [program, ...words] = OPENERS[process.platform] ?? LINUX_OPENER;
  const isLinux = OPENERS[process.platform] === undefined;
  if (isLinux && (variables['DISPLAY'] ?? variables['WAYLAND_DISPLAY']) === undefined)
    return 'there is no display';
  const child = spawn(program, [...words, address], { stdio: 'ignore', detached: true });
  return new Promise((settle) => {
    child.on('error', ({ message }) => {
      settle(message);
    });
    child.on('spawn', () => {
      child.unref();
      settle(undefined);
    });
  });
}
