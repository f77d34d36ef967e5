/** Writes dist/guest/guest.image: the guest, evaluated once for all (see src/sandbox/vm/guest-image.ts). */
import { rmSync } from 'node:fs';
import { QuickJs } from '../dist/sandbox/vm/quickjs.js';
import { Vm } from '../dist/sandbox/vm/vm.js';
import { writeGuestImage } from '../dist/sandbox/vm/guest-image.js';

const MIB = 1024 * 1024;

// The image of an earlier build would be loaded in place of the guest.
rmSync(new URL('../dist/guest/guest.image', import.meta.url), { force: true });
const vm = new Vm(await QuickJs.load(32 * MIB), MIB);
writeGuestImage(vm.guestImage);
