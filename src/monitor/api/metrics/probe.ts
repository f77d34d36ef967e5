/** GET /probe, in the shape of Prometheus' blackbox_exporter: runs the monitor now and answers with the metrics of that run. */
import { Gauge, Registry } from '@platformatic/prom-client';
import type { EndedRun } from '../../model/run.js';
import { isBad, isCounted } from '../../model/states.js';
import { ApiError } from '../message/api-error.js';

/** The answer has to be there so long before the scraper gives up: the `timeout-offset` of blackbox_exporter. */
const OFFSET_MS = 500;
/** The limit where the scraper names none, as blackbox_exporter has it. */
const OTHERWISE_MS = 120_000;
const LEAST_MS = 100;

/** How long to wait for the run. @param field value of X-Prometheus-Scrape-Timeout-Seconds @throws ApiError 400 */
export function probeTime(field: string | string[] | undefined): number {
  if (field === undefined) return OTHERWISE_MS;
  const seconds =
    typeof field === 'string' && /^\d{1,6}(\.\d{1,9})?$/.test(field) ? Number(field) : 0;
  if (seconds > 0) return Math.max(LEAST_MS, seconds * 1000 - OFFSET_MS);
  const message =
    'the header X-Prometheus-Scrape-Timeout-Seconds is not a positive number of seconds';
  throw new ApiError(400, 'bad_request', message);
}

/** @param run undefined: it did not end in time @param elapsed milliseconds that the probe took */
export async function probeMetrics(
  run: EndedRun | undefined,
  elapsed: number,
): Promise<{ readonly type: string; readonly text: string }> {
  const registry = new Registry();
  const gauge = (name: string, help: string, value: number | undefined): void => {
    if (value === undefined) return;
    new Gauge({ name, help, registers: [registry] }).set(value);
  };
  const measures = run?.measures ?? {};
  gauge('probe_success', 'Whether the run passed', Number(isGood(run)));
  gauge('probe_duration_seconds', 'How long the probe took, waiting included', elapsed / 1000);
  gauge(
    'offhook_probe_timed_out',
    'Whether the run did not end in time',
    Number(run === undefined),
  );
  gauge('offhook_probe_run_duration_seconds', 'Length of the run', inSeconds(run?.duration_ms));
  gauge('offhook_probe_scenarios', 'Scenarios that ran', run?.scenarios);
  gauge('offhook_probe_scenarios_failed', 'Scenarios that failed', run?.scenarios_failed);
  gauge(
    'offhook_probe_degraded',
    'Whether it passed, but slower or worse than its thresholds',
    run === undefined ? undefined : Number(run.outcome === 'degraded'),
  );
  gauge(
    'offhook_probe_call_setup_seconds',
    'From the INVITE to the answer, the worst call',
    inSeconds(measures.setup),
  );
  gauge(
    'offhook_probe_post_dial_delay_seconds',
    'From the INVITE to the first ringing, the worst call',
    inSeconds(measures.post_dial_delay),
  );
  gauge('offhook_probe_ring_seconds', 'Ringing, the longest call', inSeconds(measures.ring));
  gauge('offhook_probe_jitter_seconds', 'Jitter, the worst call', inSeconds(measures.jitter));
  gauge(
    'offhook_probe_packet_loss_ratio',
    'Share of lost packets, the worst call',
    measures.packet_loss === undefined ? undefined : measures.packet_loss / 100,
  );
  gauge('offhook_probe_mos', 'Mean opinion score (ITU-T G.107), the worst call', measures.mos);
  return { type: registry.contentType, text: await registry.metrics() };
}

function isGood(run: EndedRun | undefined): boolean {
  return run !== undefined && isCounted(run.outcome) && !isBad(run.outcome);
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
