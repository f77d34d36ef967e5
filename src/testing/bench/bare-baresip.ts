/** A baresip without Offhook around it, on the configuration Offhook gives to its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { BaresipBinary } from '../../baresip/start/binary.js';
import { hasCapability } from '../../baresip/capabilities.js';
import { configText } from '../../baresip/start/config.js';
import { createFolder, removeFolder } from '../../baresip/start/folder.js';
import { rtpConfig } from '../../baresip/start/media-options.js';
import { takeSlot } from '../../agents/ports.js';

const ADDRESS = '127.0.0.1';
const CONNECT_EVERY_MS = 1;

export interface BareBaresip {
  /** URI that another baresip can dial. */
  contact: string;
  control: number;
  /** The time from spawn to an accepted control connection. */
  startMs: number;
  stop(): Promise<void>;
}

export async function startBareBaresip(user: string, binary: BaresipBinary): Promise<BareBaresip> {
  const slot = await takeSlot(ADDRESS);
  const contact = `sip:${user}@${ADDRESS}:${slot.sip}`;
  const folder = createFolder({
    config: configText({
      address: ADDRESS,
      sipPort: slot.sip,
      controlPort: slot.control,
      rtpPorts: slot.rtp,
      modulePath: binary.modulePath,
      tls: false,
      converters: hasCapability(binary.version, 'converters'),
      wanted: [],
      rtp: rtpConfig({}, binary.version),
    }),
    accounts: `<${contact}>;regint=0\n`,
    certificates: [],
  });
  const began = performance.now();
  const child = spawn(binary.path, ['-f', folder], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.resume();
  child.stderr.resume();
  const exited = once(child, 'exit');
  while (!(await accepts(slot.control))) {
    if (child.exitCode !== null) throw new Error(`baresip ended: exit ${child.exitCode}`);
    await new Promise((resolve) => setTimeout(resolve, CONNECT_EVERY_MS));
  }
  return {
    contact,
    control: slot.control,
    startMs: performance.now() - began,
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
      slot.release();
      removeFolder(folder);
    },
  };
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, ADDRESS);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
