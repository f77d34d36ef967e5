/** Brings one baresip process up: ports, folder, process, control connection, account. */
import type { BaresipContext } from '../ground.js';
import { Limit } from '../../agents/limit.js';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { selfSigned } from '../../certificate.js';
import { OffhookError } from '../../errors.js';
import { trace } from '../../trace.js';
import { accountOf, isReadFromFile, type Account } from './account.js';
import {
  hostPort,
  isLoopback,
  isOwnAddress,
  LOOPBACK,
  localAddress,
} from '../../agents/address.js';
import { authoritiesFile } from './authorities.js';
import { headerCommands, headersOf, type Headers } from './custom-headers.js';
import { checkMediaOptions, checkNat, rtpConfig, wantedModules } from './media-options.js';
import type { AgentOptions } from '../../agents/user-agent.js';
import type { BaresipBinary } from './binary.js';
import { hasCapability, sinceOf } from '../capabilities.js';
import { idleLine } from '../wire/commands.js';
import { CERTIFICATE_FILE, configText } from './config.js';
import { excessBytes } from '../wire/ctrl.js';
import { createFolder, notePid } from './folder.js';
import { openProxy } from './in-front.js';
import type { AgentProxy } from '../../proxy/proxy.js';
import { wrapperFor, type Wrapper } from './isolation.js';
import { overlooksDigits, RECORDER } from '../media/lost-digits.js';
import { assertModule } from './modules.js';
import { sipPortsAreFree, takeSlot, type Slot } from '../../agents/ports.js';
import { BaresipProcess, type Output } from './process.js';
import { Session } from '../session.js';
import { bringUp, PortTaken, startError } from './bring-up.js';

/** Number of tries: another program may take a port between our check and baresip's start. */
const ATTEMPTS = 4;

/** @param before the agent as it was when it was switched off; absent for a new one */
export async function launch(
  name: string,
  options: AgentOptions,
  context: BaresipContext,
  limit: Limit,
  before?: Session,
): Promise<Session> {
  // Checked before anything is started, with a stand-in for the address, which is not known yet.
  const headers = headersOf(name, options, context.binary.version);
  checkMediaOptions(name, options, context.binary);
  assertOptions(name, options, context.binary);
  const stand = accountOf(name, options, hostPort(LOOPBACK, 65535), headers.carried);
  checkLengths(name, headers, stand, context.binary.version);
  const { nextHop } = stand;
  const address = before?.ground.address ?? (await listenAddress(name, options, nextHop));
  checkNat(name, options, context.binary.version, isLoopback(address));
  const wrapper = await wrapperFor(name, context.isolate, context.binary);
  for (let attempt = 1; ; attempt++) {
    let session: Session | undefined;
    try {
      session = await prepare(name, options, context, { address, headers, wrapper, before });
      await bringUp(session, options, headers, limit);
      return session;
    } catch (error) {
      await session?.stop();
      if (!(error instanceof PortTaken)) throw error;
      trace.ports?.(name, 'another program took one of its ports');
      if (attempt === ATTEMPTS)
        throw startError(
          name,
          'its ports were taken by another program again and again',
          session?.lastLines,
        );
    }
  }
}

/** Refuses values that are too long for a command: baresip would fail later, in part only at the first dial. */
function checkLengths(
  name: string,
  { commanded, carried }: Headers,
  account: Account,
  version: string,
): void {
  const params = account.lineFor?.(`sip:${LOOPBACK}:65535;transport=tls`) ?? account.line(86400);
  const commands = [{ name: 'uanew', params }, ...headerCommands(commanded, version)];
  const excess = Math.max(...commands.map(excessBytes));
  if (excess === 0) return;
  const [what, hint] =
    commanded.length + carried.length === 0
      ? ['the account is', 'use shorter names, passwords or URIs']
      : [
          'the account or a header field is',
          'use fewer or shorter headers, names, passwords or URIs',
        ];
  throw new OffhookError(
    'E_ARGUMENT',
    {
      subject: `agent "${name}"`,
      what: `${what} too long for baresip, by ${excess} bytes once escaped`,
    },
    { hint },
  );
}

async function listenAddress(
  name: string,
  { local_address: address }: AgentOptions,
  nextHop: string | undefined,
): Promise<string> {
  if (address === undefined) return localAddress(nextHop);
  const problem = (code: 'E_ARGUMENT' | 'E_AGENT_START', what: string, hint: string) =>
    new OffhookError(code, { subject: `agent "${name}"`, verb: 'local_address', what }, { hint });
  if (isIP(address) === 0)
    throw problem(
      'E_ARGUMENT',
      `"${address}" is not an IP address`,
      'write it like "192.0.2.10" or "::1"',
    );
  if (/^[0:.]+$/.test(address))
    throw problem(
      'E_ARGUMENT',
      `"${address}" means every address`,
      'name the address to listen on',
    );
  if (!isOwnAddress(address))
    throw problem(
      'E_AGENT_START',
      `${address} is not an address of this machine`,
      'name an address of this machine, or leave local_address out',
    );
  return address;
}

/** Fails, never silently, for options that the installed baresip cannot honour. */
function assertOptions(name: string, options: AgentOptions, binary: BaresipBinary): void {
  if (typeof options.answer === 'object' && options.answer.code === 183 && options.proxy !== true)
    throw new OffhookError(
      'E_CAPABILITY',
      {
        subject: `agent "${name}"`,
        verb: 'answer',
        what: 'baresip sends no audio before it answers; early media needs a proxy in front of the agent',
      },
      { hint: `write agent(${JSON.stringify(name)}, { proxy: true, ... })`, agents: [name] },
    );
  if (options.mwi === true) assertModule(binary, 'mwi', `agent "${name}": mwi`);
  const mode = options.dtmf_mode ?? 'rtp';
  const needed = mode === 'auto' ? 'dtmf_auto' : 'dtmf_info';
  if (mode === 'rtp' || hasCapability(binary.version, needed)) return;
  throw new OffhookError(
    'E_CAPABILITY',
    {
      subject: `agent "${name}"`,
      verb: 'dtmf_mode',
      what: `baresip ${binary.version} has no "${mode}" (available from ${sinceOf(needed)})`,
    },
    { hint: 'leave dtmf_mode out, or use a newer baresip', agents: [name] },
  );
}

let certificate: Promise<string> | undefined;

/** The certificate that all agents of this process share. baresip reads the key and the certificate from one file. */
function agentCertificate(): Promise<string> {
  certificate ??= selfSigned('offhook agent', [], 3650).then(({ key, cert }) => `${key}\n${cert}`);
  return certificate;
}

/** The PEM files of an agent, and the name of the one with the authorities it trusts. */
async function certificatesOf(
  name: string,
  { verify_tls, ca_file }: AgentOptions,
  tls: boolean,
): Promise<{ certificates: { file: string; pem: string }[]; authorities: string | undefined }> {
  const own = tls ? [{ file: CERTIFICATE_FILE, pem: await agentCertificate() }] : [];
  const trusted = verify_tls === true ? authoritiesFile(name, ca_file) : undefined;
  const { file, pem } = trusted ?? {};
  const others = file === undefined || pem === undefined ? [] : [{ file, pem }];
  return { certificates: [...own, ...others], authorities: file };
}

interface Preparation {
  address: string;
  headers: Headers;
  wrapper: Wrapper | undefined;
  /** The agent as it was when it was switched off: it gets the same ports, and goes on with its state. */
  before: Session | undefined;
}

/** Returns the same ports without their release, because they belong to the session that took them. */
function kept(slot: Slot): Slot {
  return { ...slot, release: () => undefined };
}

async function prepare(
  name: string,
  options: AgentOptions,
  context: BaresipContext,
  { address, headers: { carried }, wrapper, before }: Preparation,
): Promise<Session> {
  const slot = before === undefined ? await takeSlot(address) : kept(before.ground.slot);
  let proxy: AgentProxy | undefined;
  try {
    const sipPort = options.local_port ?? slot.sip;
    if (options.local_port !== undefined && !(await sipPortsAreFree(address, sipPort)))
      throw portsTakenError(name, address, sipPort);
    const { version } = context.binary;
    const idleAor = `sip:offhook-${randomBytes(6).toString('hex')}@${LOOPBACK}`;
    const [phonePort, innerPort] = slot.inner;
    const through = options.proxy === true ? hostPort(address, innerPort) : undefined;
    const account = accountOf(name, options, hostPort(address, sipPort), carried, through);
    const tls = account.transport === 'tls' && through === undefined;
    const recording = recordingOf(options, context.binary);
    const { certificates, authorities } = await certificatesOf(name, options, tls);
    const config = configText({
      address,
      sipPort: through === undefined ? sipPort : phonePort,
      controlPort: slot.control,
      rtpPorts: slot.rtp,
      modulePath: context.binary.modulePath,
      tls,
      converters: hasCapability(version, 'converters'),
      wanted: [
        ...wantedModules(options).map(({ module }) => module),
        ...(recording.dumps && options.audio !== true ? [RECORDER] : []),
      ],
      rtp: rtpConfig(options, version),
      ...(authorities === undefined ? {} : { authorities }),
      mwi: options.mwi === true,
    });
    proxy = await openProxy(name, options, version, { address, sipPort, slot, account });
    const own = account.line(0);
    const fromFile = isReadFromFile(own, options);
    const accounts = [...(fromFile ? [own] : []), idleLine(idleAor)];
    const folder = createFolder({ config, accounts: `${accounts.join('\n')}\n`, certificates });
    context.config?.([
      { name: 'config', text: config },
      { name: 'accounts', text: `${own}\n` },
    ]);
    const session = new Session(
      {
        name,
        options,
        account,
        accountFromFile: fromFile,
        idleAor,
        unloaded: new Map(),
        isReady: false,
        context,
        address,
        sipPort,
        proxy,
        slot,
        folder,
        routed: options.outbound !== undefined || options.domain !== undefined,
        mwi: options.mwi === true,
        nat: options.nat,
        encryption: options.media_enc,
        ...recording,
      },
      before,
    );
    session.process = new BaresipProcess(context.binary, folder, outputTo(session), wrapper);
    void session.process.exited.then((exit) => {
      session.ended(exit);
    });
    notePid(folder, session.process.pid);
    return session;
  } catch (error) {
    proxy?.close();
    slot.release();
    throw error;
  }
}

function outputTo(session: Session): Output {
  return {
    stdout: (chunk) => {
      session.stdout(chunk);
    },
    stderr: (chunk) => {
      session.stderr(chunk);
    },
  };
}

function portsTakenError(name: string, address: string, port: number): OffhookError {
  return new OffhookError(
    'E_AGENT_START',
    { subject: `agent "${name}"`, what: `port ${port} or ${port + 1} of ${address} is in use` },
    { hint: 'choose another local_port, or leave it out', agents: [name] },
  );
}

/** Every agent is recorded where baresip can: it cannot begin in the middle of a call (docs/decisions/0016). */
function recordingOf(
  { audio }: AgentOptions,
  { version, modulePath }: BaresipBinary,
): { audio: boolean; dumps: boolean } {
  const able = existsSync(join(modulePath, `${RECORDER}.so`));
  const heard = audio ?? able;
  return { audio: heard, dumps: heard || (able && overlooksDigits(version)) };
}
