/** `offhook lab`: a throw-away SIP server until Ctrl-C. */
import { writeFileSync } from 'node:fs';
import { OffhookError } from '../errors.js';
import { startLab } from '../lab/lab.js';
import type { LabFlags } from './options.js';
import { untilSignal } from './signals.js';
import { needTemporaryFolder } from '../app/temporary-folder.js';

export async function labCommand(options: LabFlags): Promise<number> {
  const signal = untilSignal();
  needTemporaryFolder();
  const lab = await startLab();
  try {
    const lines = Object.entries(lab.env).map(([name, value]) => `${name}=${value}\n`);
    if (options.envFile !== undefined) writeEnvFile(options.envFile, lines.join(''));
    const tls = lab.tlsPort === undefined ? '' : `, TLS ${lab.host}:${lab.tlsPort}`;
    process.stdout.write(
      `SIP server ready: UDP and TCP ${lab.host}:${lab.port}${tls}. Ctrl-C stops it.\n\n${lines.join('')}`,
    );
    const end = await Promise.race([signal, lab.ended]);
    if (typeof end === 'string') {
      throw new OffhookError('E_LAB_START', {
        subject: 'lab',
        what: 'Kamailio ended by itself',
        seen: end,
      });
    }
    return 0;
  } finally {
    await lab.stop();
  }
}

function writeEnvFile(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new OffhookError('E_OUTPUT', {
      subject: `--vars "${path}"`,
      what: 'cannot be written',
      seen: (error as Error).message,
    });
  }
}
