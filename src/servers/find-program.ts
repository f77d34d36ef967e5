/** Finds a program on this machine. */
import { execa } from 'execa';

const FIND = 'PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin; command -v "$1"';

/** Returns the program's path: searches the PATH and the folders where distributions put daemons. */
export async function findProgram(program: string): Promise<string | undefined> {
  const { stdout, failed } = await execa('sh', ['-c', FIND, 'sh', program], { reject: false });
  return failed ? undefined : stdout.trim();
}
