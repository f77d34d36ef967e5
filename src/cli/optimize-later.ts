/** When V8 optimizes a function: set by the program only, as flags of V8 hold for the whole process. */
import { setFlagsFromString } from 'node:v8';

/** Bytes of bytecode that a function runs through before V8 considers it: eight times its own budget. */
const INTERRUPT_BUDGET = 8 * 67_584;

/**
 * Makes the V8 of Node 20 wait longer before it optimizes: in a run of some calls its compiler takes a sixth of two cores,
 * and hardly pays off (docs/decisions/0041). Call it once the command line is parsed: V8 compares the flags with those
 * of its code cache, so the modules of Node that are loaded later are compiled anew.
 */
export function optimizeLater(): void {
  // Later versions of V8 wait longer by themselves, do not know this flag, and print an error about it.
  if (!process.versions.node.startsWith('20.')) return;
  setFlagsFromString(`--interrupt-budget=${INTERRUPT_BUDGET}`);
}
