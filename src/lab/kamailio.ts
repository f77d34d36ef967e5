/** Finds and starts Kamailio, which forks a dozen children: that is why a server process is a group. */
import { execa } from 'execa';
import { type ServerProcess, spawnServer } from '../servers/server-process.js';

const FIND = 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; command -v "$1"';

/** Path of the program, searched in PATH and where distributions put daemons. */
export async function findKamailio(program = 'kamailio'): Promise<string | undefined> {
  const { stdout, failed } = await execa('sh', ['-c', FIND, 'sh', program], {
    reject: false,
  });
  return failed ? undefined : stdout.trim();
}

export function spawnKamailio(program: string, folder: string, configFile: string): ServerProcess {
  const command = [program, '-f', configFile, '-Y', folder, '-w', folder, '-DD', '-E'];
  return spawnServer(folder, [...command, '-m', '64', '-M', '8']);
}
