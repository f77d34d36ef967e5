/** What the script notes, and what agents tell, as events of the run. */
import type { AgentEvent } from '../../model/agent-event.js';
import type { RunEvent } from '../../model/run-event.js';
import type { Note } from '../../sandbox/protocol.js';

/** Events emitted several times a second, for live displays, not for a record of what happened. */
export function isForWatchers(event: AgentEvent): boolean {
  if (event.type === 'audio_speech') return event.change === undefined;
  return event.type === 'call_rtp' || event.type === 'audio_level';
}

/** @param waits begin times of the waits and steps that have not ended; this function adds and removes them */
export function runEventOf(note: Note, scenario: string, at: number, waits: number[]): RunEvent {
  switch (note.type) {
    case 'waiting':
      waits.push(at);
      return { type: 'waiting', at, scenario, by: note.by, what: note.what, until: at + note.ms };
    case 'waited':
      return {
        type: 'waited',
        at,
        scenario,
        by: note.by,
        what: note.what,
        ok: note.ok,
        ms: at - (waits.pop() ?? at),
      };
    case 'step_started':
      waits.push(at);
      return { type: 'step_started', at, scenario, name: note.name, depth: note.depth };
    case 'step_finished': {
      const { name, depth, ok } = note;
      return { type: 'step_finished', at, scenario, name, depth, ok, ms: at - (waits.pop() ?? at) };
    }
    case 'warning':
      return { type: 'warning', at, scenario, text: note.text };
    case 'phase':
      return { type: 'phase', at, scenario, phase: note.phase };
    case 'assertion': {
      const { type, at: location, ...rest } = note;
      return { type, at, scenario, ...rest, ...(location === undefined ? {} : { location }) };
    }
    case 'log': {
      const { text, at: location } = note;
      return { type: 'log', at, scenario, text, ...(location === undefined ? {} : { location }) };
    }
  }
}
