/** Finds and starts Kamailio. It forks a dozen children, which is why a server process is a process group. */
import { findProgram } from '../servers/find-program.js';
import { type ServerProcess, spawnServer } from '../servers/server-process.js';

/** Path of the program. */
export function findKamailio(program = 'kamailio'): Promise<string | undefined> {
  return findProgram(program);
}

export function spawnKamailio(program: string, folder: string, configFile: string): ServerProcess {
  const command = [program, '-f', configFile, '-Y', folder, '-w', folder, '-DD', '-E'];
  return spawnServer(folder, [...command, '-m', '64', '-M', '8']);
}
