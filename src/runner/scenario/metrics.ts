/** Call quality at each agent of a scenario, for --metrics: gathered from the log, emitted at the end. */
import type { LogEntry } from '../../model/agent-event.js';
import type { Packets, Quality } from '../../model/call-quality.js';

export interface AgentMetric {
  agent: string;
  calls: number;
  quality?: Quality;
  packets: Packets;
}

interface Heard {
  /** The last report of each call. */
  readonly calls: Map<string, { quality: Quality; packets: Packets } | undefined>;
}

export class Metrics {
  readonly #agents = new Map<string, Heard>();

  add({ agent, event }: LogEntry): void {
    if (event.type === 'started') this.#heard(agent);
    if (event.type === 'call_dialed' || event.type === 'call_incoming') {
      this.#heard(agent).calls.set(event.call, undefined);
    }
    if (event.type === 'call_quality') {
      this.#heard(agent).calls.set(event.call, { quality: event.quality, packets: event.packets });
    }
  }

  /** One metric for each agent, in the order the agents came up. */
  result(): readonly AgentMetric[] {
    return [...this.#agents].map(([agent, { calls }]) => {
      const reports = [...calls.values()].filter((one) => one !== undefined);
      const sum = (count: (packets: Packets) => number): number =>
        reports.reduce((total, { packets }) => total + count(packets), 0);
      const packets = { sent: sum((one) => one.sent), received: sum((one) => one.received) };
      const mean = (value: (quality: Quality) => number): number => {
        const weighted = reports.reduce(
          (total, one) => total + value(one.quality) * one.packets.received,
          0,
        );
        return Math.round((100 * weighted) / packets.received) / 100;
      };
      if (packets.received === 0) return { agent, calls: calls.size, packets };
      const quality: Quality = {
        mos: mean((one) => one.mos),
        rtt: mean((one) => one.rtt),
        jitter: mean((one) => one.jitter),
        packet_loss: mean((one) => one.packet_loss),
      };
      return { agent, calls: calls.size, quality, packets };
    });
  }

  #heard(agent: string): Heard {
    let heard = this.#agents.get(agent);
    if (heard === undefined) {
      heard = { calls: new Map() };
      this.#agents.set(agent, heard);
    }
    return heard;
  }
}
