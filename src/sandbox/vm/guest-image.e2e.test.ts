import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const DIST = new URL('../../../dist/sandbox/vm/', import.meta.url).href;
/** The layout of a QuickJS that was just started, and whether the image of the build is taken for it. */
const LOOK = `
  const { QuickJs } = await import('${DIST}quickjs.js');
  const { Vm } = await import('${DIST}vm.js');
  const { readGuestImage } = await import('${DIST}guest-image.js');
  const { layout } = new Vm(await QuickJs.load(64 * 1048576), 1048576).guestImage;
  console.log(JSON.stringify({ fits: readGuestImage(layout) !== undefined, other: readGuestImage(layout + '1') !== undefined }));
`;

it.each([
  { where: 'here', cwd: process.cwd(), args: [] },
  { where: 'in another folder, with other arguments', cwd: '/', args: ['x'.repeat(1000)] },
])('the image of the build fits a QuickJS started $where', ({ cwd, args }) => {
  const words = ['--input-type=module', '-e', LOOK, '--', ...args];
  const env = { PATH: process.env['PATH'] ?? '', LANG: 'de_DE.UTF-8' };
  const text = execFileSync(process.execPath, words, { cwd, env, encoding: 'utf8' });
  expect(JSON.parse(text)).toEqual({ fits: true, other: false });
});
