/** Brings one baresip process up: ports, folder, process, control connection, account. */
import { randomBytes } from 'node:crypto';
import { OffhookError } from '../errors.js';
import { accountOf } from './account.js';
import { LOOPBACK, localAddress } from './address.js';
import type { AgentContext, AgentOptions } from './user-agent.js';
import { hasCapability } from './capabilities.js';
import { agentCertificate } from './certificate.js';
import { idleLine } from './commands.js';
import { CERTIFICATE_FILE, configText } from './config.js';
import { connectOnce } from './ctrl.js';
import { createFolder, notePid } from './folder.js';
import { sipPortsAreFree, takeSlot } from './ports.js';
import { BaresipProcess, type Exit } from './process.js';
import { Session } from './session.js';

const CONNECT_EVERY_MS = 2;
/** Another program may take a port between our look and baresip's. */
const ATTEMPTS = 4;
const EXIT_PORT_TAKEN = 98;
const EXIT_ADDRESS = 99;

class PortTaken extends Error {}

export async function launch(
  name: string,
  options: AgentOptions,
  context: AgentContext,
  limitMs: number,
): Promise<Session> {
  const deadline = performance.now() + limitMs;
  // Checked before anything is started, with a stand-in for the address still to come.
  const { nextHop } = accountOf(name, options, LOOPBACK);
  const address = await localAddress(nextHop);
  for (let attempt = 1; ; attempt++) {
    const session = await prepare(name, options, context, address);
    try {
      await bringUp(session, deadline, limitMs);
      return session;
    } catch (error) {
      await session.stop();
      if (!(error instanceof PortTaken)) throw error;
      if (attempt === ATTEMPTS)
        throw startError(session, 'its ports were taken by another program again and again');
    }
  }
}

async function prepare(
  name: string,
  options: AgentOptions,
  context: AgentContext,
  address: string,
): Promise<Session> {
  const slot = await takeSlot(address);
  try {
    const sipPort = options.local_port ?? slot.sip;
    if (options.local_port !== undefined && !(await sipPortsAreFree(address, sipPort))) {
      throw new OffhookError(
        'E_AGENT_START',
        `agent "${name}": port ${sipPort} or ${sipPort + 1} of ${address} is in use`,
        {
          hint: 'choose another local_port, or leave it out',
          agents: [name],
        },
      );
    }
    const idleAor = `sip:offhook-${randomBytes(6).toString('hex')}@${LOOPBACK}`;
    const account = accountOf(name, options, `${address}:${sipPort}`);
    const tls = account.transport === 'tls';
    const folder = createFolder({
      config: configText({
        address,
        sipPort,
        controlPort: slot.control,
        rtpPorts: slot.rtp,
        modulePath: context.binary.modulePath,
        tls,
        converters: hasCapability(context.binary.version, 'converters'),
      }),
      accounts: `${idleLine(idleAor)}\n`,
      ...(tls ? { certificate: { file: CERTIFICATE_FILE, pem: agentCertificate() } } : {}),
    });
    const session = new Session({
      name,
      account,
      idleAor,
      context,
      address,
      sipPort,
      slot,
      folder,
    });
    session.process = new BaresipProcess(context.binary, folder, {
      stdout: (chunk) => {
        session.stdout(chunk);
      },
      stderr: (chunk) => {
        session.stderr(chunk);
      },
    });
    void session.process.exited.then((exit) => {
      session.ended(exit);
    });
    notePid(folder, session.process.pid);
    return session;
  } catch (error) {
    slot.release();
    throw error;
  }
}

async function bringUp(session: Session, deadline: number, limitMs: number): Promise<void> {
  let exit: Exit | undefined;
  void session.process.exited.then((one) => {
    exit = one;
  });
  const { account, idleAor, slot, address, sipPort, context } = session.ground;
  for (;;) {
    const socket = await connectOnce(LOOPBACK, slot.control);
    if (socket !== undefined) {
      session.attach(socket);
      break;
    }
    if (exit === undefined && performance.now() < deadline) {
      if (session.lastLines.some((line) => /ctrl_tcp: failed to listen/.test(line)))
        throw new PortTaken();
      await new Promise((resolve) => setTimeout(resolve, CONNECT_EVERY_MS));
      continue;
    }
    throw exit === undefined
      ? startError(session, `its control port did not open (waited ${Math.round(limitMs)} ms)`)
      : exitError(session, exit);
  }
  const left = () => Math.max(1, deadline - performance.now());
  try {
    const [identity] = await Promise.all(
      session.send('start', [{ name: 'uafind', params: idleAor }], left()),
    );
    if (identity?.ok !== true) throw new PortTaken();
    const replies = await Promise.all(
      session.send('start', session.commands.create(account.line(0)), left()),
    );
    const refused = replies.find((reply) => !reply.ok);
    if (refused !== undefined)
      throw startError(session, `baresip refused the account: ${refused.data.trim()}`);
  } catch (error) {
    if (exit !== undefined) throw exitError(session, exit);
    throw error instanceof OffhookError && !error.message.startsWith('agent ')
      ? startError(session, error.message)
      : error;
  }
  const version = context.binary.version;
  session.started({ version, aor: account.aor, address: `${address}:${sipPort}` });
}

function exitError(session: Session, exit: Exit): Error {
  if (exit.code === EXIT_PORT_TAKEN) return new PortTaken();
  if (exit.error !== undefined)
    return startError(session, `the program could not be started: ${exit.error.message}`);
  if (exit.code === EXIT_ADDRESS)
    return startError(session, `baresip could not use the address ${session.ground.address}`);
  const how = exit.signal === null ? `exit code ${exit.code ?? 0}` : `signal ${exit.signal}`;
  return startError(session, `baresip ended at once with ${how}`);
}

function startError(session: Session, what: string): OffhookError {
  const { name } = session.ground;
  const lines = session.lastLines.slice(-3).join(' | ');
  return new OffhookError(
    'E_AGENT_START',
    `agent "${name}": did not start: ${what}${lines === '' ? '' : `; its last lines: ${lines}`}`,
    {
      hint: 'run "offhook doctor" to check the installation',
      agents: [name],
    },
  );
}
