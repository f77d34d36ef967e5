import { expect, it } from 'vitest';
import type { ProcessEnvironment } from '../settings/process-environment.js';
import { baresipChoice } from './baresip-choice.js';

const GIVEN: ProcessEnvironment = {
  cwd: '/home/me',
  variables: {},
  program: '',
  path: '/bin',
  colourLevel: 0,
  debug: false,
  isCi: false,
  isGithub: false,
  isAssistant: false,
};

it.each<[string | undefined, Partial<ProcessEnvironment>, object]>([
  [undefined, {}, {}],
  ['flag', {}, { path: 'flag' }],
  ['./flag', {}, { path: '/home/me/flag' }],
  ['/opt/baresip', {}, { path: '/opt/baresip' }],
  [undefined, { baresipModules: 'modules' }, { modulePath: '/home/me/modules' }],
])('flag %s, environment %j', (flag, environment, expected) => {
  expect(baresipChoice(flag, { ...GIVEN, ...environment })).toEqual({
    searchPath: '/bin',
    ...expected,
  });
});
