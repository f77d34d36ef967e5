/** The commands for each task of an agent, by version. A command that takes no id follows a selection. */
import { hasCapability } from '../capabilities.js';
import type { Command } from './ctrl.js';
import { asDialled, asPinged } from './completed-uri.js';

export interface CommandSet {
  /** Makes the account the selected and the only one. */
  readonly adopt: readonly Command[];
  create(line: string): Command[];
  dial(uri: string): Command[];
  accept(call: string): Command[];
  hangup(call: string): Command[];
  hold(call: string): Command[];
  resume(call: string): Command[];
  /** Below 3.19 this is a toggle: send it only to change the state. */
  mute(call: string, on: boolean): Command[];
  /** Prints counters of the call's audio stream. */
  counters(call: string): Command[];
  register(line: string, regint: number): Command[];
  unregister(line: string): Command[];
  /** Must be sent a while before `register`, on versions where `register` replaces the account. */
  readonly renewMailbox: readonly Command[];
  /** Replaces the account by another account line; its calls and its binding end. */
  replace(line: string): Command[];
  /**
   * Plays a file from now on, on every call. 1.0 stops at the first call that has no media yet: calls with
   * media, `playing`, must come first.
   */
  source(file: string, playing?: readonly string[]): Command[];
  /**
   * Takes the source away from that call alone: baresip switches the selected call first, and stops there
   * because the file is missing. New calls begin with the file of that name from then on.
   */
  withoutSource(call: string, missing: string): Command[];
  /** Sends DTMF digits in that call. */
  digits(call: string, digits: string): Command[];
  /** Sends REFER in that call, with that Refer-To. */
  transfer(call: string, referTo: string): Command[];
  /** Undefined on versions that would send the OPTIONS to another URI. */
  options(uri: string): Command[] | undefined;
}

/**
 * `idleAor`: the account the process starts with. It identifies the process, and stands in while our account
 * is replaced. Otherwise ours is the only and the selected account: commands need not name it, its index is
 * 0, and no call reaches another account.
 */
export function commandsFor(
  version: string,
  aor: string,
  idleAor: string,
  mwi = false,
): CommandSet {
  const adopt: Command[] = [
    { name: 'uafind', params: aor },
    { name: 'uadel', params: idleAor },
  ];
  const create = (line: string): Command[] => [{ name: 'uanew', params: line }, ...adopt];
  // Deleting the selected account crashes 1.0.0.
  const replace = (line: string): Command[] => [
    { name: 'uanew', params: idleLine(idleAor) },
    { name: 'uafind', params: idleAor },
    { name: 'uadel', params: aor },
    ...create(line),
  ];
  // A subscription keeps its account from being deleted, so the module is unloaded first.
  const unsubscribe: Command[] = mwi ? [{ name: 'rmmod', params: 'mwi.so' }] : [];
  const subscribe: Command[] = mwi ? [{ name: 'insmod', params: 'mwi.so' }] : [];
  /** Commands about a call, which is selected first. */
  const inCall = (call: string, ...commands: Command[]): Command[] =>
    call === '' ? commands : [{ name: 'callfind', params: call }, ...commands];
  const takesIds = hasCapability(version, 'call_ids');
  const source = (file: string, playing: readonly string[] = []): Command[] => [
    // The call selected last is switched first.
    ...(takesIds ? [] : playing.map((call) => ({ name: 'callfind', params: call }))),
    { name: 'ausrc', params: `aufile,${file}` },
  ];
  const withId = (name: string, call: string): Command[] =>
    takesIds ? [{ name, params: call }] : inCall(call, { name });
  const inPlace = hasCapability(version, 'uareg');
  const setsMute = hasCapability(version, 'mute_states');
  return {
    adopt,
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

/** Returns the account line of the file that a process starts with. */
export function idleLine(idleAor: string): string {
  return `<${idleAor}>;regint=0`;
}
