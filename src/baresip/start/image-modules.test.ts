/** The image holds only the modules that are ever loaded: its list must name them all. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { configText, REQUIRED_MODULES, REQUIRED_MODULES_2_0 } from './config.js';
import { wantedModules } from './media-options.js';

const SCRIPT = new URL('../../../.config/image-files.sh', import.meta.url).pathname;
const SOURCE = new URL('..', import.meta.url).pathname;

/** Modules that a command loads later. */
function insertedModules(): string[] {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' });
  return files
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .flatMap((name) => [...readFileSync(join(SOURCE, name), 'utf8').matchAll(/'(\w+)\.so'/g)])
    .map(([, name = '']) => name);
}

test('the image has every module that Offhook loads', () => {
  const [, list = ''] = /^modules='(.*)'$/m.exec(readFileSync(SCRIPT, 'utf8')) ?? [];
  const config = configText({
    ...{ address: '127.0.0.1', sipPort: 1, controlPort: 2, rtpPorts: [3, 4], modulePath: '' },
    ...{ tls: true, converters: true, wanted: [], rtp: [], mwi: true },
  });
  const configured = [...config.matchAll(/^module(?:_app)?\s+(\w+)\.so$/gm)].map(([, one]) => one);
  const wanted = [
    { codecs: ['PCMU', 'PCMA', 'G722', 'opus', 'L16'] as const, audio: true },
    ...(['srtp', 'srtp-mand', 'dtls_srtp'] as const).map((media_enc) => ({ media_enc })),
    ...(['stun', 'turn', 'ice'] as const).map((nat) => ({ nat })),
  ].flatMap((options) => wantedModules(options as Parameters<typeof wantedModules>[0]));
  const all = [
    ...[...REQUIRED_MODULES, ...REQUIRED_MODULES_2_0, ...configured, ...insertedModules()],
    ...wanted.map(({ module }) => module),
  ];
  expect(list.split(' ')).toEqual([...new Set(all)].sort());
});
