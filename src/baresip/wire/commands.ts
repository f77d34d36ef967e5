/** The commands for each thing an agent does, by version. Where a command takes no id, the selection goes ahead of it. */
import { hasCapability } from '../capabilities.js';
import type { Command } from './ctrl.js';
import { asDialled, asPinged } from './completed-uri.js';

export interface CommandSet {
  create(line: string): Command[];
  dial(uri: string): Command[];
  accept(call: string): Command[];
  hangup(call: string): Command[];
  hold(call: string): Command[];
  resume(call: string): Command[];
  /** Below 3.19 a toggle: only to be sent when it changes something. */
  mute(call: string, on: boolean): Command[];
  /** Prints counters of the call's audio stream. */
  counters(call: string): Command[];
  register(line: string, regint: number): Command[];
  unregister(line: string): Command[];
  /** To be sent a while before `register`, where that makes the account anew. */
  readonly renewMailbox: readonly Command[];
  /** Another account line in place of the present one; its calls and binding go with that. */
  replace(line: string): Command[];
  /**
   * Plays a file from now on, on every call. 1.0 stops at the first call that has no media yet: those that have
   * some must come first.
   */
  source(file: string, playing?: readonly string[]): Command[];
  /**
   * Takes the source from that call alone: baresip gives it to the call that was looked for last before all others,
   * and stops at a file that is not there. That file is what new calls begin with from then on.
   */
  withoutSource(call: string, missing: string): Command[];
  /** Sends DTMF digits in that call. */
  digits(call: string, digits: string): Command[];
  /** Sends REFER in that call, with that Refer-To. */
  transfer(call: string, referTo: string): Command[];
  /** Undefined where this version would send the OPTIONS to another URI. */
  options(uri: string): Command[] | undefined;
}

/**
 * `idleAor`: the account the process starts with. It says which process answers, and stands in while ours
 * is replaced; in between there is only ours, and it is the selected one: commands need not name it, its
 * index is 0, and no call reaches another one.
 */
export function commandsFor(
  version: string,
  aor: string,
  idleAor: string,
  mwi = false,
): CommandSet {
  const create = (line: string): Command[] => [
    { name: 'uanew', params: line },
    { name: 'uafind', params: aor },
    { name: 'uadel', params: idleAor },
  ];
  // Deleting the selected account crashes 1.0.0.
  const replace = (line: string): Command[] => [
    { name: 'uanew', params: idleLine(idleAor) },
    { name: 'uafind', params: idleAor },
    { name: 'uadel', params: aor },
    ...create(line),
  ];
  // A subscription holds on to its account, which then is not deleted: the module goes before it.
  const unsubscribe: Command[] = mwi ? [{ name: 'rmmod', params: 'mwi.so' }] : [];
  const subscribe: Command[] = mwi ? [{ name: 'insmod', params: 'mwi.so' }] : [];
  /** A command about the call that was looked for last. */
  const inCall = (call: string, ...commands: Command[]): Command[] =>
    call === '' ? commands : [{ name: 'callfind', params: call }, ...commands];
  const takesIds = hasCapability(version, 'call_ids');
  const source = (file: string, playing: readonly string[] = []): Command[] => [
    // Looked for last is switched first.
    ...(takesIds ? [] : playing.map((call) => ({ name: 'callfind', params: call }))),
    { name: 'ausrc', params: `aufile,${file}` },
  ];
  const withId = (name: string, call: string): Command[] =>
    takesIds ? [{ name, params: call }] : inCall(call, { name });
  const inPlace = hasCapability(version, 'uareg');
  const setsMute = hasCapability(version, 'mute_states');
  return {
    create,
    dial: (uri) => {
      const whole = asDialled(version, uri);
      return [{ name: 'dial', params: takesIds ? `${whole} 0` : whole }];
    },
    accept: (call) => withId('accept', call),
    hangup: (call) => withId('hangup', call),
    hold: (call) => withId('hold', call),
    resume: (call) => withId('resume', call),
    mute: (call, on) =>
      inCall(call, { name: 'mute', ...(setsMute ? { params: on ? 'yes' : 'no' } : {}) }),
    counters: (call) => inCall(call, { name: 'audio_debug' }),
    register: (line, regint) =>
      inPlace ? [{ name: 'uareg', params: `${regint} 0` }] : replace(line),
    unregister: (line) =>
      inPlace ? [{ name: 'uareg', params: '0 0' }] : [...unsubscribe, ...replace(line)],
    renewMailbox: inPlace ? [] : [...unsubscribe, ...subscribe],
    replace,
    source,
    withoutSource: (call, missing) => inCall(call, ...source(missing)),
    digits: (call, digits) => inCall(call, { name: 'sndcode', params: digits }),
    transfer: (call, referTo) => inCall(call, { name: 'transfer', params: referTo }),
    options: (uri) => {
      const params = asPinged(version, uri);
      return params === undefined ? undefined : [{ name: 'options', params }];
    },
  };
}

/** The account in the file a process starts with. */
export function idleLine(idleAor: string): string {
  return `<${idleAor}>;regint=0`;
}
