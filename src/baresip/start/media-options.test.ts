import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentOptions } from '../../agents/user-agent.js';
import { checkMediaOptions, mediaParameters, rtpConfig, wantedModules } from './media-options.js';

let modulePath: string;
beforeAll(() => {
  modulePath = mkdtempSync(join(tmpdir(), 'offhook-modules-'));
  for (const name of ['srtp', 'stun', 'ice', 'opus'])
    writeFileSync(join(modulePath, `${name}.so`), '');
});
afterAll(() => {
  rmSync(modulePath, { recursive: true });
});
const check = (options: AgentOptions, version = '4.9.0'): void => {
  checkMediaOptions('a', options, { path: '/b', version, modulePath });
};
const error = (code: string, message: RegExp): Error =>
  expect.objectContaining({ code, message: expect.stringMatching(message) as string }) as Error;

test('modules only for what is asked for', () => {
  expect(wantedModules({})).toEqual([]);
  expect(wantedModules({ codecs: ['PCMU', 'opus'], media_enc: 'srtp-mand', nat: 'ice' })).toEqual([
    { module: 'opus', option: 'codecs: opus' },
    { module: 'srtp', option: 'media_enc: "srtp-mand"' },
    { module: 'ice', option: 'nat: "ice"' },
  ]);
});

test.each<[AgentOptions, string, RegExp]>([
  [{ codecs: ['PCMU', 'G722'] }, 'E_CAPABILITY', /codecs: G722: .*g722\.so is not in/],
  [{ media_enc: 'dtls_srtp' }, 'E_CAPABILITY', /media_enc: "dtls_srtp": .*dtls_srtp\.so/],
  [
    { nat: 'turn', stun_server: 'turn:h', password: 'p' },
    'E_CAPABILITY',
    /nat: "turn": .*turn\.so/,
  ],
  [{ nat: 'stun' }, 'E_ARGUMENT', /needs a server/],
  [{ stun_server: 'stun:h' }, 'E_ARGUMENT', /not used without nat/],
  [{ ca_file: '/x.pem' }, 'E_ARGUMENT', /not used without verify_tls/],
])('refused: %j', (options, code, message) => {
  expect(() => {
    check(options);
  }).toThrow(error(code, message));
});

test('verification of certificates begins with 1.1', () => {
  expect(() => {
    check({ verify_tls: true }, '1.0.0');
  }).toThrow(error('E_CAPABILITY', /takes any certificate/));
  check({ verify_tls: true }, '1.1.0');
  check({ verify_tls: false }, '1.0.0');
});

test('parameters of the account', () => {
  expect(mediaParameters({})).toEqual([]);
  expect(
    mediaParameters({
      codecs: ['PCMA', 'opus', 'L16', 'G722', 'PCMU'],
      media_enc: 'srtp',
      nat: 'stun',
      stun_server: '127.0.0.1:3478',
    }),
  ).toEqual([
    'audio_codecs=PCMA/8000/1,opus/48000/2,L16/16000/1,G722/16000/1,PCMU/8000/1',
    'mediaenc=srtp',
    'medianat=stun',
  ]);
});

describe('lines of the config', () => {
  const lines = (options: AgentOptions, version = '4.9.0') =>
    Object.fromEntries(rtpConfig(options, version));

  test('by default as little as possible', () => {
    expect(lines({})).toEqual({
      rtp_stats: 'no',
      jitter_buffer_delay: '0-0',
      audio_jitter_buffer_type: 'off',
    });
  });

  test('a jitter buffer in frames, and in milliseconds from 4.1 on', () => {
    expect(lines({ jitter_buffer: true }, '1.0.0')).toMatchObject({
      jitter_buffer_delay: '5-10',
      audio_jitter_buffer_type: 'fixed',
      audio_jitter_buffer_delay: '5-10',
    });
    expect(lines({ jitter_buffer: 60 })).toMatchObject({ audio_jitter_buffer_ms: '60-120' });
    expect(lines({ jitter_buffer: 60 })).not.toHaveProperty('audio_jitter_buffer_delay');
  });

  test('time-out and statistics', () => {
    expect(lines({ rtp_timeout: 7, rtp_stats: true })).toMatchObject({
      rtp_timeout: '7',
      rtp_stats: 'yes',
    });
  });
});
