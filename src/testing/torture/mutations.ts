/** The messages of RFC 4475 and RFC 5118, changed at random: the same ones for the same seed. */
import { RFC_4475, RFC_5118 } from './all.js';

const SEEDS = [...RFC_4475, ...RFC_5118].map(({ octets }) => octets);
/** What parsers look for. */
const MARKS = [
  ...[
    '\r\n',
    '\n',
    '\r',
    '\r\n\r\n',
    ' ',
    '\t',
    ':',
    ';',
    ',',
    '=',
    '"',
    '\\',
    '<',
    '>',
    '@',
    '[',
    ']',
  ],
  ...[
    '?',
    '%',
    '%00',
    '\0',
    '\xff',
    'SIP/2.0',
    'sip:',
    'sips:',
    ';tag=',
    ';branch=',
    'Digest ',
    '/',
  ],
  ...[
    'Content-Length: ',
    'l:',
    'v=0\r\n',
    'm=audio 1 RTP/AVP 0\r\n',
    'a=rtpmap:',
    'm=audio 1 RTP/SAVP 0\r\n',
    'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0e\r\n',
    'a=crypto:',
    '|2^20|1:4',
    '-1',
    '4294967296',
    '9',
  ],
];
const LONGEST = 20_000;

/** mulberry32 */
export function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** One character for each octet. */
export function mutated(random: (below: number) => number): string {
  let text = SEEDS[random(SEEDS.length)] ?? '';
  for (let times = 1 + random(6); times > 0; times -= 1) text = changed(text, random);
  return text.slice(0, LONGEST);
}

function changed(text: string, random: (below: number) => number): string {
  const at = random(text.length + 1);
  const until = Math.min(text.length, at + random(40));
  const mark = MARKS[random(MARKS.length)] ?? '';
  switch (random(8)) {
    case 0:
      return text.slice(0, at) + text.slice(until);
    case 1:
      return text.slice(0, at) + mark + text.slice(at);
    case 2:
      return text.slice(0, at) + mark + text.slice(until);
    case 3:
      return text.slice(0, at) + text.slice(at, until).repeat(1 + random(60)) + text.slice(until);
    case 4:
      return text.slice(0, at) + mark.repeat(1 + random(300)) + text.slice(at);
    case 5:
      return text.slice(0, at) + String.fromCharCode(random(256)) + text.slice(at + 1);
    case 6: {
      const other = SEEDS[random(SEEDS.length)] ?? '';
      return text.slice(0, at) + other.slice(random(other.length));
    }
    default:
      return text.slice(0, at);
  }
}
