import { describe, expect, it } from 'vitest';
import { writeRtp } from '../packet.js';
import { SrtpContext } from './context.js';
import { masterBytes, sessionKeys, SUITES, type SrtpSuite } from './keys.js';
import { Protection } from './protection.js';
import { ReplayWindow } from './replay-window.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** RFC 3711, B.3. */
const MASTER = hex('E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6');
const SHA1_80 = { suite: 'AES_CM_128_HMAC_SHA1_80', master: MASTER } as const;
const ALL = Object.keys(SUITES) as SrtpSuite[];
const SSRC = 0xcafebabe;

const keyOf = (suite: SrtpSuite, first = 1) => ({
  suite,
  master: Buffer.from(Array.from({ length: masterBytes(suite) }, (_, i) => (first + i) & 255)),
});
const packet = (sequence: number, ssrc = SSRC) =>
  writeRtp({
    payloadType: 0,
    marker: false,
    sequence: sequence & 0xffff,
    timestamp: sequence * 160,
    ssrc,
    payload: Buffer.from(`payload ${sequence}`),
  });
const REPORT = hex('81c8000b cafebabe' + 'ab'.repeat(16));
/** Changes one bit. */
const flipped = (bytes: Buffer, at: number): Buffer => {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
};

describe('vectors', () => {
  it('key derivation: RFC 3711, B.3', () => {
    expect(sessionKeys(SHA1_80, 'rtp')).toEqual({
      cipher: hex('C61E7A93744F39EE10734AFE3FF7A087'),
      salt: hex('30CBBC08863D8C85D49DB34A9AE1'),
      auth: hex('CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4'),
    });
  });

  it('a packet and a report with the keys of B.3, as libsrtp protects them', () => {
    const plain = hex('800f1234 decafbad cafebabe' + 'ab'.repeat(16));
    expect(new SrtpContext(SHA1_80).protect(plain)).toEqual(
      hex('800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402 b78d6acc99ea179b8dbb'),
    );
    // libsrtp counts reports from 1
    const reports = new SrtpContext(SHA1_80);
    reports.protectReport(REPORT);
    expect(reports.protectReport(REPORT)).toEqual(
      hex('81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8 80000001 993e08cd54d6c1230798'),
    );
  });

  it('AES-GCM: a packet as libsrtp protects it', () => {
    const master = hex('000102030405060708090a0b0c0d0e0f a0a1a2a3a4a5a6a7a8a9aaab');
    const plain = hex('800f1234 decafbad cafebabe' + 'ab'.repeat(16));
    expect(new SrtpContext({ suite: 'AEAD_AES_128_GCM', master }).protect(plain)).toEqual(
      hex(
        '800f1234decafbadcafebabe c5002ede04cfdd2eb91159e0880aa06e d2976826f796b201df3131a127e8a392',
      ),
    );
  });
});

describe.each(ALL)('%s', (suite) => {
  const pair = () => [new SrtpContext(keyOf(suite)), new SrtpContext(keyOf(suite))] as const;

  it('what is protected is read again, and only with its key', () => {
    const [out, back] = pair();
    const secret = out.protect(packet(7));
    expect(secret.includes('payload')).toBe(false);
    expect(secret).toHaveLength(packet(7).length + SUITES[suite].tag);
    expect(new SrtpContext(keyOf(suite, 2)).unprotect(secret)).toBe('unauthentic');
    expect(back.unprotect(secret)).toEqual(packet(7));
  });

  it('each changed octet is noticed, and so is each octet that is missing', () => {
    const [out, back] = pair();
    const secret = out.protect(packet(7));
    for (let at = 0; at < secret.length; at += 1) {
      expect(back.unprotect(flipped(secret, at)), `octet ${at}`).toBe('unauthentic');
      expect(back.unprotect(secret.subarray(0, at)), `${at} octets`).toBe('unauthentic');
    }
    expect(back.unprotect(secret)).toEqual(packet(7));
  });

  it('contributing sources, an extension header and padding come back as they were', () => {
    const [out, back] = pair();
    const whole = hex('b1000007 00000460 cafebabe 11223344 bede0001 10ff0000 616263 00000000 05');
    const secret = out.protect(whole);
    expect(secret.subarray(0, 24)).toEqual(whole.subarray(0, 24));
    expect(back.unprotect(secret)).toEqual(whole);
  });

  it('the sequence numbers wrap around, with loss and another order there', () => {
    const [out, back] = pair();
    const numbers = [65_530, 65_533, 65_535, 65_536, 65_534, 65_538, 66_000, 131_071, 131_073];
    const inBetween = [90_000, 110_000, 130_000];
    for (const number of [...numbers.slice(0, 7), ...inBetween, ...numbers.slice(7)]) {
      expect(back.unprotect(out.protect(packet(number))), String(number)).toEqual(packet(number));
    }
  });

  it('a packet is taken once, an old one not at all', () => {
    const [out, back] = pair();
    const [first, ...later] = Array.from({ length: 200 }, (_, i) => out.protect(packet(i)));
    for (const one of later) expect(back.unprotect(one)).not.toBe('repeated');
    for (const one of [first!, ...later]) expect(back.unprotect(one)).toBe('repeated');
  });

  it('sources have counters of their own', () => {
    const [out, back] = pair();
    for (const number of [65_535, 65_536]) {
      expect(back.unprotect(out.protect(packet(number, 1)))).toEqual(packet(number, 1));
      expect(back.unprotect(out.protect(packet(number - 65_000, 2)))).toEqual(
        packet(number - 65_000, 2),
      );
    }
  });

  it('reports: read again, once, only with the key, not when changed', () => {
    const [out, back] = pair();
    const secrets = [out.protectReport(REPORT), out.protectReport(REPORT)];
    expect(secrets[0]).not.toEqual(secrets[1]);
    expect(secrets[0]?.subarray(8)).not.toEqual(REPORT.subarray(8));
    for (const secret of secrets) {
      for (let at = 0; at < secret.length; at += 1) {
        expect(back.unprotectReport(flipped(secret, at)), `octet ${at}`).toBeTypeOf('string');
      }
      expect(new SrtpContext(keyOf(suite, 2)).unprotectReport(secret)).toBe('unauthentic');
      expect(back.unprotectReport(secret)).toEqual(REPORT);
      expect(back.unprotectReport(secret)).toBe('repeated');
    }
    expect(back.unprotectReport(Buffer.alloc(20))).toBe('unauthentic');
  });

  it('a new key: the roll-over counter goes on', () => {
    const [out, back] = pair();
    for (const number of [65_535, 65_536]) back.unprotect(out.protect(packet(number)));
    const [next, nextBack] = [out, back].map((one) => new SrtpContext(keyOf(suite, 9), one));
    const secret = next!.protect(packet(65_537));
    expect(new SrtpContext(keyOf(suite, 9)).unprotect(secret)).toBe('unauthentic');
    expect(nextBack!.unprotect(secret)).toEqual(packet(65_537));
  });
});

describe('Protection', () => {
  const [a, b] = [keyOf('AES_CM_128_HMAC_SHA1_80'), keyOf('AES_CM_128_HMAC_SHA1_80', 2)];

  it('without keys everything passes as it is', () => {
    const protection = new Protection(() => undefined);
    expect(protection.protect(packet(1))).toEqual(packet(1));
    expect(protection.unprotect(packet(1))).toEqual(packet(1));
    expect(protection.unprotectReport(REPORT)).toEqual(REPORT);
  });

  it('the same keys again change nothing: what came before is known', () => {
    const [out, back] = [new SrtpContext(a), new Protection(() => undefined)];
    back.use({ sends: b, receives: a });
    const secret = out.protect(packet(1));
    expect(back.unprotect(secret)).toEqual(packet(1));
    back.use({ sends: b, receives: { ...a, master: Buffer.from(a.master) } });
    expect(back.unprotect(secret)).toBeUndefined();
    expect(back.refused).toBe(1);
  });

  it('a key that does not fit is told once, packets that repeat are not', () => {
    let told = 0;
    const back = new Protection(() => (told += 1));
    back.use({ sends: a, receives: a });
    const [right, wrong] = [new SrtpContext(a), new SrtpContext(b)];
    const first = right.protect(packet(1));
    back.unprotect(first);
    for (let i = 0; i < 100; i += 1) back.unprotect(first);
    expect(told).toBe(0);
    for (let i = 2; i < 26; i += 1) back.unprotect(wrong.protect(packet(i)));
    expect(told).toBe(0);
    for (let i = 26; i < 99; i += 1) back.unprotect(wrong.protect(packet(i)));
    expect(told).toBe(1);
    expect(back.refused).toBe(197);
  });
});

it('ReplayWindow: 128 packets behind the highest', () => {
  const window = new ReplayWindow();
  for (const index of [0, 5, 300]) window.add(index);
  expect([0, 5, 172, 173, 299, 300, 301].map((index) => window.has(index))).toEqual([
    ...[true, true, true],
    ...[false, false],
    ...[true, false],
  ]);
  expect(window.highest).toBe(300);
});
