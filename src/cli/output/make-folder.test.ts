import {
  chmodSync,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { audioFolder } from './output-folders.js';
import { makeFolder } from '../../app/make-folder.js';

const STRANGER = 54_321;
const root = realpathSync(mkdtempSync(join(tmpdir(), 'offhook-links-')));
let count = 0;
/** The folder is like /tmp: everybody may make what he likes in it, and nobody can remove what is another's. */
let open = '';
let target = '';

beforeEach(() => {
  open = join(root, `open-${(count += 1)}`);
  target = join(root, `target-${count}`);
  mkdirSync(open);
  chmodSync(open, 0o1777);
  mkdirSync(target);
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

it('a link of our own leads where it likes', () => {
  symlinkSync(target, join(open, 'mine'));
  expect(audioFolder(join(open, 'mine'))).toBe(join(open, 'mine'));
  makeFolder(join(open, 'mine/deep/er'));
  expect(existsSync(join(target, 'deep/er'))).toBe(true);
});

// Only root can make what belongs to another user.
describe.runIf(process.getuid?.() === 0)("a stranger's link", () => {
  const strange = (link: string): string => {
    symlinkSync(target, link);
    lchownSync(link, STRANGER, STRANGER);
    return link;
  };

  it.each(['', '/', '/deep', '/deep/er'])('is refused: link%s', (below) => {
    const link = strange(join(open, 'link'));
    const path = `${link}${below}`;
    const text = `is reached by a link of another user (id ${STRANGER}): ${link}`;
    expect(() => audioFolder(path)).toThrow(
      `--save-audio: "${path}": cannot be written to: it ${text}`,
    );
    expect(existsSync(join(target, 'deep'))).toBe(false);
  });

  it('is refused where it leads nowhere yet', () => {
    rmSync(target, { recursive: true });
    const link = strange(join(open, 'link'));
    expect(() => audioFolder(link)).toThrow('a link of another user');
    expect(existsSync(target)).toBe(false);
  });

  it("is not a stranger's in a folder of the same user: that folder was named", () => {
    lchownSync(open, STRANGER, STRANGER);
    const link = strange(join(open, 'link'));
    expect(audioFolder(link)).toBe(link);
  });
});
