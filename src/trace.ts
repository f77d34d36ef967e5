/**
 * Debug channels for people who change Offhook, and for bug reports: OFFHOOK_TRACE=ctrl,thread shows what these parts do.
 * A section that is off is undefined, so `trace.ctrl?.(agent, text)` does not evaluate its arguments. The channels
 * belong to the process, as its stderr does. Knows no secrets: whoever prints the lines masks them.
 */

export const TRACE_SECTIONS = ['ctrl', 'sip', 'thread', 'cursor', 'ports'] as const;

export type TraceSection = (typeof TRACE_SECTIONS)[number];

/** `agent`: the name, or "" where none is known. `at`: when it happened (performance.now()), if not just now. */
type Trace = (agent: string, text: string, at?: number) => void;

export const trace: { [Section in TraceSection]?: Trace } = {};

/** Switches sections on. The time in a line is ms since the process started. */
export function traceTo(sections: readonly TraceSection[], print: (line: string) => void): void {
  for (const section of sections) {
    trace[section] = (agent, text, at = performance.now()) => {
      const about = agent === '' ? '' : ` ${agent}:`;
      print(`trace ${at.toFixed(3).padStart(10)} ${section}${about} ${text}`);
    };
  }
}
