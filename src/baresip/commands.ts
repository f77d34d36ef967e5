/** The commands for each thing an agent does, by version. Where a command takes no id, the selection goes ahead of it. */
import { hasCapability } from './capabilities.js';
import type { Command } from './ctrl.js';

export interface CommandSet {
  create(line: string): Command[];
  dial(uri: string): Command[];
  accept(call: string): Command[];
  hangup(call: string): Command[];
  register(line: string, regint: number): Command[];
  unregister(line: string): Command[];
  /** Plays a file from now on, on every call. */
  source(file: string): Command[];
}

/**
 * `idleAor`: the account the process starts with. It says which process answers, and stands in while ours
 * is replaced; in between there is only ours, so that its index is 0 and no call reaches another one.
 */
export function commandsFor(version: string, aor: string, idleAor: string): CommandSet {
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
  const source = (file: string): Command[] => [select, { name: 'ausrc', params: `aufile,${file}` }];
  if (!hasCapability(version, 'call_ids')) {
    const find = (call: string): Command[] =>
      call === '' ? [select] : [select, { name: 'callfind', params: call }];
    return {
      create,
      dial: (uri) => [select, { name: 'dial', params: uri }],
      accept: (call) => [...find(call), { name: 'accept' }],
      hangup: (call) => [...find(call), { name: 'hangup' }],
      register: replace,
      unregister: replace,
      source,
    };
  }
  const inPlace = hasCapability(version, 'uareg');
  return {
    create,
    dial: (uri) => [select, { name: 'dial', params: `${uri} 0` }],
    accept: (call) => [{ name: 'accept', params: call }],
    hangup: (call) => [{ name: 'hangup', params: call }],
    register: (line, regint) =>
      inPlace ? [select, { name: 'uareg', params: `${regint} 0` }] : replace(line),
    unregister: (line) => (inPlace ? [select, { name: 'uareg', params: '0 0' }] : replace(line)),
    source,
  };
}

/** The account in the file a process starts with. */
export function idleLine(idleAor: string): string {
  return `<${idleAor}>;regint=0`;
}
