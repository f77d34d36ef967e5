/** The columns of a ladder: who took part in an attempt. */
import type { RunEvent } from '../../model/run-event.js';
import { isHttpEvent, isMockServer } from '../../model/http-event.js';
import type { Lane } from '../story.js';

export class Lanes {
  readonly all: readonly Lane[];
  readonly #agents: ReadonlyMap<string, number>;
  readonly #peers: ReadonlyMap<string, number>;
  readonly #http: ReadonlyMap<string, number>;

  /** @param peers names of SIP parties that are no agents, with their addresses, in order */
  constructor(events: readonly RunEvent[], peers: ReadonlyMap<string, string>) {
    const agents = agentsOf(events);
    const others = [...peers].filter(([name]) => !agents.has(name));
    const http = httpSubjects(events);
    this.all = [
      ...[...agents].map(([name, address]) => laneOf('agent', name, address)),
      ...others.map(([name, address]) => laneOf('peer', name, address)),
      ...http.map((name) => laneOf('http', name)),
    ];
    this.#agents = new Map([...agents.keys()].map((name, index) => [name, index]));
    this.#peers = new Map(others.map(([name], index) => [name, agents.size + index]));
    const before = agents.size + others.length;
    this.#http = new Map(http.map((name, index) => [name, before + index]));
  }

  agent(name: string): number | undefined {
    return this.#agents.get(name);
  }

  /** @returns the lane of an agent, or of another SIP party; undefined where it has none */
  party(name: string): number | undefined {
    return this.#agents.get(name) ?? this.#peers.get(name);
  }

  http(subject: string): number | undefined {
    return this.#http.get(subject);
  }
}

function laneOf(kind: Lane['kind'], name: string, address = ''): Lane {
  return address === '' || address === name ? { kind, name } : { kind, name, address };
}

/** Names of the agents with the addresses they have told: first those that started, as they did. */
export function agentsOf(events: readonly RunEvent[]): ReadonlyMap<string, string> {
  const started = new Map<string, string>();
  const seen = new Set<string>();
  for (const event of events) {
    if (event.type !== 'agent') {
      const name = 'agent' in event ? (event.agent ?? '') : '';
      if (!isMockServer(name)) seen.add(name);
      continue;
    }
    const { agent, event: what } = event.entry;
    if (what.type === 'started' && !started.has(agent)) started.set(agent, what.address);
    else if (!isHttpEvent(what)) seen.add(agent);
  }
  seen.delete('');
  return new Map([
    ...started,
    ...[...seen].map((name) => [name, started.get(name) ?? ''] as const),
  ]);
}

/** Names of the HTTP client and of mock servers. A mock server that got no request is known by its verbs. */
function httpSubjects(events: readonly RunEvent[]): readonly string[] {
  const subjects = events.flatMap((event) =>
    event.type === 'agent' && isHttpEvent(event.entry.event)
      ? [event.entry.agent]
      : event.type === 'verb_started' && isMockServer(event.agent ?? '')
        ? [event.agent ?? '']
        : [],
  );
  return [...new Set(subjects)];
}
