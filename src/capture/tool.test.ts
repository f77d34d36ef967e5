import { expect, test } from 'vitest';
import { missedPackets } from './tool.js';

test('how many packets were missed, as dumpcap says it', () => {
  const log = (numbers: string): string =>
    `Capturing on 'any'\nFile: packets.pcap\nPackets captured: 143\nPackets received/dropped on interface 'any': ${numbers} (100.0%)\n`;
  expect(missedPackets(log('143/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0)'))).toBe(0);
  expect(missedPackets(log('143/17 (pcap:15/dumpcap:2/flushed:0/ps_ifdrop:0)'))).toBe(17);
});

test('how many packets were missed, as tcpdump says it', () => {
  const log = '143 packets captured\n150 packets received by filter\n';
  expect(missedPackets(`${log}0 packets dropped by kernel\n`)).toBe(0);
  expect(missedPackets(`${log}1 packet dropped by kernel\n`)).toBe(1);
  expect(missedPackets(`${log}7 packets dropped by kernel\n2 packets dropped by interface\n`)).toBe(
    9,
  );
});

test('a program that was killed says nothing of it', () => {
  expect(missedPackets("Capturing on 'any'\n")).toBeUndefined();
});
