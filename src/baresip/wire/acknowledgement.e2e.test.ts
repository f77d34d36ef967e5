/** baresip carries out commands in frames begun ahead, after any number of acknowledgements, in any order. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { testBinaries } from '../../testing/agent-bench.js';
import { startBareBaresip } from '../../testing/bench/bare-baresip.js';
import { decodeFrame } from './events.js';
import { CommandWriter, NetstringDecoder } from './netstring.js';

describe.each(await testBinaries())('baresip $version', (binary) => {
  test('300 commands, each after a few or many acknowledgements', async () => {
    const baresip = await startBareBaresip('alice', binary);
    const socket = connect({ host: '127.0.0.1', port: baresip.control, noDelay: true });
    try {
      await once(socket, 'connect');
      const writer = new CommandWriter();
      const decoder = new NetstringDecoder();
      const replied: string[] = [];
      let wake: () => void = () => undefined;
      socket.on('data', (chunk) => {
        for (const frame of decoder.push(chunk).map(decodeFrame)) {
          if (frame.kind !== 'reply') continue;
          writer.answered();
          replied.push(frame.token);
          wake();
        }
        socket.write(writer.acknowledgement());
      });
      const sent: string[] = [];
      for (let turn = 0; turn < 150; turn += 1) {
        for (let left = turn % 50 === 0 ? 600 : turn % 7; left > 0; left -= 1)
          socket.write(writer.acknowledgement());
        const tokens = [`${turn} a`, `${turn} b`];
        // A command that is longer than any frame begun has a frame of its own.
        const params = turn % 10 === 0 ? 'x'.repeat(900) : '';
        const text = tokens.map((token) =>
          writer.command(JSON.stringify({ command: 'uafind', params, token })),
        );
        socket.write(text.join(''));
        sent.push(...tokens);
        // Every other time the next commands follow before the replies.
        while (turn % 2 === 0 && replied.length < sent.length)
          await new Promise<void>((resolve) => (wake = resolve));
      }
      while (replied.length < sent.length) await new Promise<void>((resolve) => (wake = resolve));
      expect(replied).toEqual(sent);
    } finally {
      socket.destroy();
      await baresip.stop();
    }
  });
});
