/**
 * Opus (RFC 6716) in RTP (RFC 7587), by libopus as WebAssembly: loaded when a call first speaks it. Samples are 8 kHz, one
 * channel, as everywhere here: libopus encodes and decodes at that rate, so nothing is resampled, whatever the other side sends.
 */
import { RATE, RTP_CLOCKS, type Codec } from './codec.js';

/** Durations of one frame that 8 kHz samples can make (RFC 6716, 2.1.4), in whole ms. */
const PACKET_TIMES = [5, 10, 20, 40, 60] as const;
/** bit/s of narrowband speech with some to spare (RFC 7587, 3.1.1: 8 to 12 kbit/s). */
const BITRATE = 24_000;
/** The effort of the encoder, 0 to 10. It is enough for the sound of a telephone; 5 takes a third more time, 10 more than twice as much. */
const COMPLEXITY = 2;
const LEAST_BITRATE = 6000;
/** Loss that in-band FEC prepares for, where the other side can use it. */
const EXPECTED_LOSS_PERCENT = 10;
const NO_SAMPLES = new Int16Array(0);

/**
 * @param fmtp parameters of the other side, such as "useinbandfec=1;cbr=1" (RFC 7587, 6.1). `maxaveragebitrate`, `cbr` and
 * `useinbandfec` change what is sent; what `stereo` and `maxplaybackrate` limit is never exceeded.
 */
export async function openOpus(fmtp = ''): Promise<Codec> {
  const { Application, createDecoder, createEncoder } = await import('libopus-wasm');
  const format = { channels: 1, sampleRate: RATE } as const;
  const most = numberOf(fmtp, 'maxaveragebitrate') ?? BITRATE;
  const hasFec = numberOf(fmtp, 'useinbandfec') === 1;
  const encoder = await createEncoder({
    ...format,
    application: Application.Voip,
    bitrate: Math.max(LEAST_BITRATE, Math.min(BITRATE, most)),
    complexity: COMPLEXITY,
    vbr: numberOf(fmtp, 'cbr') !== 1,
    ...(hasFec ? { fec: true, packetLossPercent: EXPECTED_LOSS_PERCENT } : {}),
  });
  const decoder = await createDecoder(format);
  return {
    clock: RTP_CLOCKS.opus,
    packetTimes: PACKET_TIMES,
    encode: (samples) => encoder.encode(samples, { frameSize: samples.length }),
    decode(payload) {
      try {
        return decoder.decode(payload);
      } catch {
        // octets that are no Opus packet
        return NO_SAMPLES;
      }
    },
    close() {
      encoder.free();
      decoder.free();
    },
  };
}

function numberOf(fmtp: string, name: string): number | undefined {
  for (const part of fmtp.split(';')) {
    const [key = '', value = ''] = part.split('=');
    if (key.trim().toLowerCase() === name && /^\s*\d{1,9}\s*$/.test(value)) return Number(value);
  }
  return undefined;
}
