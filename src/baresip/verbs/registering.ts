/** The verbs about registration. */
import { OffhookError } from '../../errors.js';
import { openCalls, type RegistrationState } from '../../model/agent-state.js';
import { formatMs } from '../../time.js';
import type { Done, VerbArguments } from '../../agents/user-agent.js';
import { hasCapability, sinceOf } from '../capabilities.js';
import { perform, replied } from '../perform.js';
import { Limit } from '../../agents/limit.js';
import type { RunningAgent } from '../running-agent.js';
import { unsent } from './unsent.js';

const DEFAULT_REGINT = 3600;
const OLD_BINDING_MS = 1000;
/** States in which an answer of the registrar is awaited. */
const UNDER_WAY: ReadonlySet<RegistrationState['state']> = new Set([
  'registering',
  'unregistering',
]);
const MODULE_BEGINS_MS = 20;
const STOP_MS = 1000;

export async function register(
  agent: RunningAgent,
  _args: VerbArguments<'register'>,
  limit: Limit,
): Promise<Done> {
  agent.assertUsable('register');
  const { account } = agent.ground;
  if (account.domain === undefined) {
    throw agent.problem(
      'E_REGISTER',
      'register',
      'the agent has no registrar',
      'give the agent a domain',
    );
  }
  assertNoCall(agent, 'register');
  if (!hasCapability(agent.ground.context.binary.version, 'uareg'))
    await removeBinding(agent, limit);
  await renewMailbox(agent, limit);
  const regint = agent.ground.options.regint ?? DEFAULT_REGINT;
  const since = agent.nextSeq;
  agent.registration.expect('registered');
  return perform(agent, 'register', agent.commands.register(account.line(regint), regint), limit, {
    done: () => {
      const seq = agent.seqOf('registering', '', since);
      if (seq !== undefined) return { seq };
      if (agent.seqOf('register_failed', '', since) === undefined) return undefined;
      throw new NotSent(agent.state.registration.reason ?? '');
    },
    refused: (data) => new NotSent(`baresip refused: ${data}`),
    timedOut: (waited) => new NotSent(`no answer (waited ${formatMs(waited)})`),
  }).catch(async (error: unknown) => {
    throw error instanceof NotSent ? await unsent(agent, error.message, limit) : error;
  });
}

/** No REGISTER has left; the message is baresip's explanation. */
class NotSent extends OffhookError {
  constructor(said: string) {
    super('E_REGISTER', said);
  }
}

/**
 * Reloads the module before a registration. If a registration succeeds within the module's first millisecond,
 * 1.x subscribes endlessly, because its first timer appends to the list that it walks (baresip 1.0.0,
 * modules/mwi/mwi.c, tmr_handler).
 */
async function renewMailbox(agent: RunningAgent, limit: Limit): Promise<void> {
  const { renewMailbox: commands } = agent.commands;
  if (commands.length === 0) return;
  // Unloading a module that is not loaded is refused, which does no harm.
  await replied(agent, 'register', commands, limit);
  await new Promise((resolve) => setTimeout(resolve, MODULE_BEGINS_MS));
}

export async function unregister(
  agent: RunningAgent,
  _args: VerbArguments<'unregister'>,
  limit: Limit,
): Promise<Done> {
  agent.assertUsable('unregister');
  assertNoCall(agent, 'unregister');
  await agent.waiters.until(
    () => (agent.state.registration.state === 'registering' ? undefined : true),
    limit,
    (waited) =>
      agent.problem(
        'E_REGISTER',
        'unregister',
        `the registrar has not answered yet (waited ${formatMs(waited)})`,
      ),
  );
  if (agent.state.registration.state !== 'registered') {
    throw agent.problem(
      'E_REGISTER',
      'unregister',
      'the agent is not registered',
      'call register() first',
    );
  }
  const since = agent.nextSeq;
  agent.registration.expect('none');
  const { account } = agent.ground;
  return perform(agent, 'unregister', agent.commands.unregister(account.line(0)), limit, {
    done: () => {
      const seq = agent.seqOf('unregistering', '', since);
      return seq === undefined ? undefined : { seq };
    },
    refused: (data) => agent.problem('E_REGISTER', 'unregister', `baresip refused: ${data}`),
    timedOut: (waited) =>
      agent.problem(
        'E_REGISTER',
        'unregister',
        `no un-REGISTER was sent (waited ${formatMs(waited)})`,
      ),
  });
}

/**
 * Below 3.14 baresip sends a refused password 14 more times within milliseconds, and servers lock accounts
 * for that. Returns whether the account was stopped.
 */
export function stopRegistering(agent: RunningAgent): boolean {
  const { context, account } = agent.ground;
  const { version } = context.binary;
  if (!agent.usable || hasCapability(version, 'registers_once')) return false;
  // Without uareg the account is deleted, and its calls with it.
  if (!hasCapability(version, 'uareg') && openCalls(agent.state).length > 0) return false;
  void agent.send('register', agent.commands.unregister(account.line(0)), new Limit(STOP_MS));
  return true;
}

/**
 * Before 2.0 an account registers anew as a new account in its place, possibly under the same contact: the
 * old binding must be gone first, or its removal may overtake the new binding at the registrar.
 */
async function removeBinding(agent: RunningAgent, limit: Limit): Promise<void> {
  if (agent.state.registration.state === 'registered') await unregister(agent, {}, limit);
  const settled = () => (UNDER_WAY.has(agent.state.registration.state) ? undefined : true);
  // A registrar that no longer answers is no reason not to try again.
  await agent.waiters.within(settled, limit.halfAtMost(OLD_BINDING_MS));
}

/** Before 2.0 the account is replaced, and the calls of the old account end. */
function assertNoCall(agent: RunningAgent, verb: string): void {
  const { version } = agent.ground.context.binary;
  if (hasCapability(version, 'uareg') || openCalls(agent.state).length === 0) return;
  throw agent.problem(
    'E_CAPABILITY',
    verb,
    `baresip ${version} cannot do that during a call (possible from ${sinceOf('uareg')})`,
    'hang up first',
  );
}
