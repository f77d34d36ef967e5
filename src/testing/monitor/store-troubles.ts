/** A store that fails while a monitor uses it. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Ways in which a store comes to fail under a running monitor; each returns what mends it. */
export const STORE_TROUBLES: readonly {
  readonly what: string;
  readonly says: readonly RegExp[];
  readonly possible: boolean;
  readonly prepare: (store: string) => () => void;
  readonly begin: (store: string) => () => void;
}[] = [
  {
    what: 'its file is moved away',
    says: [/cannot be stored: store ".*": the file was removed while it was in use/],
    possible: true,
    prepare: () => () => undefined,
    begin: (store) => {
      const file = join(store, 'history.sqlite');
      renameSync(file, `${file}.away`);
      return () => {
        renameSync(`${file}.away`, file);
      };
    },
  },
  {
    what: 'the disk is full (a small one is mounted, which only root may)',
    says: [
      /cannot be stored: store ".*": the disk is full/,
      /files of runs are not kept: .*: there is no room/,
    ],
    possible: process.getuid?.() === 0 && process.platform === 'linux',
    prepare: (store) => {
      mkdirSync(store, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=0700', 'offhook-test', store]);
      return () => execFileSync('umount', ['--lazy', store]);
    },
    begin: (store) => {
      const file = join(store, 'something else');
      const size = 64 * 1024;
      try {
        for (;;) appendFileSync(file, Buffer.alloc(size));
      } catch {
        return () => {
          rmSync(file);
        };
      }
    },
  },
];
