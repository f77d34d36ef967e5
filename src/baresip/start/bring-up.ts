/** Makes an agent that can be used out of a started process: control connection, modules, account, headers. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { OffhookError } from '../../errors.js';
import type { HeaderField } from '../../sip/sip-message.js';
import { formatMs } from '../../time.js';
import { trace } from '../../trace.js';
import { LOOPBACK } from '../../agents/address.js';
import type { Limit } from '../../agents/limit.js';
import type { AgentOptions } from '../../agents/user-agent.js';
import { addedLines, headerCommands, type Headers } from './custom-headers.js';
import { missingModule, wantedModules } from './media-options.js';
import { acceptedConnections, isTaken } from './control-port.js';
import { connectOnce, type Command } from '../wire/ctrl.js';
import { RECORDER } from '../media/lost-digits.js';
import type { Exit } from './process.js';
import type { Session } from '../session.js';

const LOOK_EVERY_MS = 2;
/** A program that has not said by then that it is ready may never say it. */
const SILENT_MS = 500;
const EXIT_PORT_TAKEN = 98;
const EXIT_ADDRESS = 99;

/** Another program has one of the ports: the start is tried again with others. */
export class PortTaken extends Error {}

/** @throws PortTaken, OffhookError E_AGENT_START, E_CAPABILITY */
export async function bringUp(
  session: Session,
  options: AgentOptions,
  headers: Headers,
  limit: Limit,
): Promise<void> {
  let exit: Exit | undefined;
  void session.process.exited.then((one) => {
    exit = one;
  });
  const { name, account, idleAor, slot, sipPort, context } = session.ground;
  trace.ports?.(name, `SIP ${sipPort}, control ${slot.control}, RTP ${slot.rtp.join(' to ')}`);
  session.attach(await controlConnection(session, limit, () => exit));
  try {
    const [identity] = await Promise.all(
      session.send('start', [{ name: 'uafind', params: idleAor }], limit),
    );
    if (identity?.ok !== true) {
      const why = session.ground.unloaded.get('account');
      throw why === undefined
        ? new PortTaken()
        : failed(session, `baresip refused the account: ${why}`);
    }
    checkModules(session, options);
    const { commands, ground } = session;
    const adopting = ground.accountFromFile ? commands.adopt : commands.create(account.line(0));
    await setUp(session, 'the account', adopting, limit);
    const ofHeaders = headerCommands(headers.commanded, context.binary.version);
    await setUp(session, 'a header', ofHeaders, limit);
  } catch (error) {
    if (exit !== undefined) throw exitError(session, exit);
    if (error instanceof OffhookError && error.code === 'E_AGENT_CONTROL')
      await session.assertNotHijacked();
    // Parts that know no agent report what they met, such as the control connection.
    const isOfPart =
      error instanceof OffhookError && error.details.subject !== `agent "${session.ground.name}"`;
    throw isOfPart ? failed(session, error.message) : error;
  }
  session.started();
  if (headers.carried.length > 0) tellAddedLines(session, headers.carried);
}

/**
 * Connects once baresip says that it is ready and could load ctrl_tcp: before that, the port may belong to another program, such
 * as a former process of the agent that has not ended yet. @throws PortTaken, OffhookError E_AGENT_START
 */
async function controlConnection(
  session: Session,
  limit: Limit,
  exit: () => Exit | undefined,
): Promise<Socket> {
  const { ground } = session;
  for (let waited = 0; ; waited += LOOK_EVERY_MS) {
    if (ground.unloaded.has('ctrl_tcp')) throw new PortTaken();
    const ended = exit();
    if (ended !== undefined) throw exitError(session, ended);
    if (ground.isReady || waited >= SILENT_MS) {
      const socket = await connectOnce(LOOPBACK, ground.slot.control);
      if (socket !== undefined) {
        if (!isForeign(session, socket)) return socket;
        socket.destroy();
        throw new PortTaken();
      }
    }
    if (limit.isOver)
      throw failed(session, `its control port did not open (waited ${formatMs(limit.ms)})`);
    await sleep(LOOK_EVERY_MS);
  }
}

/**
 * Whether the control port belongs to another user's program, which must get no commands, or another client has been there before
 * us, which may have given commands. A client that connects later takes the connection from us, which the session notices.
 */
function isForeign({ ground, process, controlEnds }: Session, socket: Socket): boolean {
  const { acceptedBefore = NaN } = process;
  const isOnlyOurs = acceptedConnections() === acceptedBefore + 1;
  if (ground.isReady && isOnlyOurs) return false;
  return isTaken(ground.slot.control, socket.localPort, controlEnds);
}

async function setUp(
  session: Session,
  what: string,
  commands: readonly Command[],
  limit: Limit,
): Promise<void> {
  const replies = await Promise.all(session.send('start', commands, limit));
  const refused = replies.find((reply) => !reply.ok);
  if (refused !== undefined)
    throw failed(session, `baresip refused ${what}: ${refused.data.trim()}`);
}

/** baresip goes on without a module that it cannot load. */
function checkModules({ ground }: Session, options: AgentOptions): void {
  for (const { module, option } of wantedModules(options)) {
    const why = ground.unloaded.get(module);
    if (why !== undefined) throw missingModule(ground.name, option, `${module}.so: ${why}`);
  }
  // Nobody has asked for audio yet: a verb that needs it says what is missing.
  if (ground.unloaded.has(RECORDER)) ground.audio = ground.dumps = false;
}

function tellAddedLines(session: Session, carried: readonly HeaderField[]): void {
  const { account, context } = session.ground;
  const route = account.headerRoute ?? 'sip:<the address dialled>';
  const requests = account.domain === undefined ? 'INVITE' : 'REGISTER and INVITE';
  session.emit({
    type: 'warning',
    text: `headers_compat: baresip ${context.binary.version} adds to ${requests}: ${addedLines(route, carried).join(' | ')}`,
  });
}

function exitError(session: Session, exit: Exit): Error {
  if (exit.code === EXIT_PORT_TAKEN) return new PortTaken();
  if (exit.error !== undefined)
    return failed(session, `the program could not be started: ${exit.error.message}`);
  if (exit.code === EXIT_ADDRESS)
    return failed(session, `baresip could not use the address ${session.ground.address}`);
  const how = exit.signal === null ? `exit code ${exit.code ?? 0}` : `signal ${exit.signal}`;
  return failed(session, `baresip ended at once with ${how}`);
}

function failed({ ground, lastLines }: Session, what: string): OffhookError {
  return startError(ground.name, what, lastLines);
}

/** @param output the last lines baresip wrote */
export function startError(
  name: string,
  what: string,
  output: readonly string[] = [],
): OffhookError {
  const lines = output.slice(-3).join(' | ');
  return new OffhookError(
    'E_AGENT_START',
    {
      subject: `agent "${name}"`,
      what: 'did not start',
      seen: `${what}${lines === '' ? '' : `; its last lines: ${lines}`}`,
    },
    {
      hint: 'run "offhook doctor" to check the installation',
      agents: [name],
    },
  );
}
