/** The body of a plain webhook. Its receiver is a program: texts are as they are, only in JSON. */
import type { Message } from '../message.js';

export interface JsonBody {
  readonly version: 1;
  /** The id that the header X-Offhook-Delivery has, too. */
  readonly delivery: string;
  /** ISO 8601, UTC. */
  readonly sent_at: string;
  readonly transitions: readonly {
    readonly kind: 'transition' | 'reminder' | 'test';
    readonly monitor: string;
    readonly from: string;
    readonly to: string;
    readonly at: string;
    readonly note?: string;
    readonly run?: string;
    readonly run_url?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly info?: string;
  }[];
}

export function jsonBody({ delivery, sent_at, told }: Message): JsonBody {
  return {
    version: 1,
    delivery,
    sent_at: new Date(sent_at).toISOString(),
    transitions: told.map((one) => ({ ...one, at: new Date(one.at).toISOString() })),
  };
}
