/** The commands for each thing an agent does, by version. Where a command takes no id, the selection goes ahead of it. */
import { hasCapability } from './capabilities.js';
import type { Command } from './ctrl.js';

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
  /** Plays a file from now on, on every call. */
  source(file: string): Command[];
  /**
   * Takes the source from that call alone: baresip gives it to the call that was looked for last before all others,
   * and stops at a file that is not there. That file is what new calls begin with from then on.
   */
  withoutSource(call: string, missing: string): Command[];
  /** Sends DTMF digits in that call. */
  digits(call: string, digits: string): Command[];
  options(uri: string): Command[];
}

const withoutSource: CommandSet['withoutSource'] = (call, missing) => [
  { name: 'callfind', params: call },
  { name: 'ausrc', params: `aufile,${missing}` },
];

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
  const select: Command = { name: 'uafind', params: aor };
  const create = (line: string): Command[] => [
    { name: 'uanew', params: line },
    select,
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
  const withoutMailbox = (line: string): Command[] => [...unsubscribe, ...replace(line)];
  const renewMailbox: Command[] = mwi ? [...unsubscribe, { name: 'insmod', params: 'mwi.so' }] : [];
  const source = (file: string): Command[] => [{ name: 'ausrc', params: `aufile,${file}` }];
  const find = (call: string): Command[] =>
    call === '' ? [] : [{ name: 'callfind', params: call }];
  const setsMute = hasCapability(version, 'mute_states');
  const mute = (call: string, on: boolean): Command[] => [
    ...find(call),
    { name: 'mute', ...(setsMute ? { params: on ? 'yes' : 'no' } : {}) },
  ];
  const counters = (call: string): Command[] => [...find(call), { name: 'audio_debug' }];
  const digits = (call: string, keys: string): Command[] => [
    ...find(call),
    { name: 'sndcode', params: keys },
  ];
  const options = (uri: string): Command[] => [{ name: 'options', params: uri }];
  if (!hasCapability(version, 'call_ids')) {
    return {
      create,
      dial: (uri) => [{ name: 'dial', params: uri }],
      accept: (call) => [...find(call), { name: 'accept' }],
      hangup: (call) => [...find(call), { name: 'hangup' }],
      hold: (call) => [...find(call), { name: 'hold' }],
      resume: (call) => [...find(call), { name: 'resume' }],
      mute,
      counters,
      register: replace,
      unregister: withoutMailbox,
      renewMailbox,
      replace,
      source,
      withoutSource,
      digits,
      options,
    };
  }
  const inPlace = hasCapability(version, 'uareg');
  return {
    create,
    dial: (uri) => [{ name: 'dial', params: `${uri} 0` }],
    accept: (call) => [{ name: 'accept', params: call }],
    hangup: (call) => [{ name: 'hangup', params: call }],
    hold: (call) => [{ name: 'hold', params: call }],
    resume: (call) => [{ name: 'resume', params: call }],
    mute,
    counters,
    register: (line, regint) =>
      inPlace ? [{ name: 'uareg', params: `${regint} 0` }] : replace(line),
    unregister: (line) => (inPlace ? [{ name: 'uareg', params: '0 0' }] : withoutMailbox(line)),
    renewMailbox: inPlace ? [] : renewMailbox,
    replace,
    source,
    withoutSource,
    digits,
    options,
  };
}

/** The account in the file a process starts with. */
export function idleLine(idleAor: string): string {
  return `<${idleAor}>;regint=0`;
}
