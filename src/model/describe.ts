/** Events and states in words: the same in the console, in failures and in logs. */
import type { Ended } from './agent-event.js';
import type { RegistrationState } from './agent-state.js';

/** "ended by remote: rejected (486 Busy Here, Q.850;cause=17)". */
export function describeEnded(ended: Ended): string {
  const answer = [ended.code, ended.reason].filter(isThere).join(' ');
  const why = [answer, ended.cause].filter(isThere).join(', ');
  return `ended by ${ended.by}: ${ended.how}${why === '' ? '' : ` (${why})`}`;
}

/** Hint about a registration that failed; undefined when there is none. */
export function registrationHint(
  agent: string,
  { state, code, reason }: RegistrationState,
): string | undefined {
  const subject = `agent "${agent}" is not registered`;
  if (state === 'registering') {
    return `${subject}: no final answer to REGISTER yet: check domain, outbound, transport, and that the registrar runs`;
  }
  if (state !== 'failed') return undefined;
  const answer = [code, reason].filter(isThere).join(' ');
  if (code === undefined) {
    return `${subject}: ${answer}: check domain, outbound, transport, and that the registrar runs`;
  }
  return REFUSED_CREDENTIALS.includes(code)
    ? `${subject}: the registrar answered ${answer}: check username, password and auth_user`
    : `${subject}: the registrar answered ${answer}: check username and domain`;
}

const REFUSED_CREDENTIALS = [401, 403, 407];

function isThere(part: string | number | undefined): boolean {
  return part !== undefined && part !== '';
}
