/**
 * Explains names that do not exist: errors of the language and names the contract does not have, with the
 * expression they happened at and the name that was meant.
 */
import type { ErrorData } from '../../errors.js';
import { findFunction, namesOf } from '../../schema/contract.js';
import { suggestion } from '../../schema/habits.js';
import type { FunctionRow } from '../../schema/rows.js';
import { expressionAt, type SourceOf } from './stack.js';
import type { Thrown } from '../vm/vm.js';

/** A longer expression would hide the message. */
const LONGEST_SHOWN = 60;

const SUBJECTS: Readonly<Record<FunctionRow['on'], string>> = {
  global: 'script',
  scenario: 'script',
  Agent: 'agent',
  SipPeer: 'peer',
  Transaction: 'transaction',
  Assertion: 'assert()',
  CallPeer: 'peer',
  SipLog: 'sip',
  SipMessage: 'SIP message',
  MockServer: 'mock server',
  HttpResponse: 'HTTP response',
  MockRequest: 'HTTP request',
};

/** A name the value does not have: "bob.answer is not a function" where it was called. */
export function unknownName(
  on: FunctionRow['on'],
  name: string,
  stack: string,
  sourceOf: SourceOf,
): { message: string; hint: string } {
  const at = expressionAt(stack, sourceOf);
  const base =
    at !== undefined && isShort(at.text) && at.rest.startsWith(`.${name}`) ? at.text : undefined;
  const isCalled = base !== undefined && /^\s*\(/.test(at?.rest.slice(name.length + 1) ?? '');
  const shown = (meant: string): string => {
    if (base === undefined) return `"${meant}"`;
    return `${base}.${meant}${findFunction(on, meant) === undefined ? '' : '()'}`;
  };
  return {
    message: isCalled
      ? `${base}.${name} is not a function`
      : `${SUBJECTS[on]}: there is no "${name.slice(0, 100)}"`,
    hint: suggestion(on, name, namesOf(on), shown) ?? 'the reference lists all names: offhook docs',
  };
}

/** A better message and hint for an error of the language, where there is one. */
export function explained(
  { message, stack }: Thrown,
  sourceOf: SourceOf,
): Partial<Pick<ErrorData, 'message' | 'hint'>> {
  const missing = /^ReferenceError: '([\w$]+)' is not defined$/.exec(message)?.[1];
  if (missing !== undefined)
    return hinted(suggestion('global', missing, [...namesOf('global'), 'State']));
  const at = expressionAt(stack, sourceOf);
  if (at === undefined || !isShort(at.text)) return {};
  if (message === 'TypeError: not a function' && at.rest.startsWith('(')) {
    return { message: `TypeError: ${at.text} is not a function`, ...hinted(calledHint(at.text)) };
  }
  const [, property = '', nothing] =
    /^TypeError: cannot read property '(.*)' of (undefined|null)$/.exec(message) ?? [];
  if (nothing === undefined || !at.rest.startsWith(`.${property}`)) return {};
  if (PROMISED.has(property)) {
    return { hint: `leave .${property}() out: an Offhook function has finished when it returns` };
  }
  return {
    hint: `${at.text} is ${nothing} here: wait for it with await_until, or write ${at.text}?.${property}`,
  };
}

/** Methods of a promise. */
const PROMISED: ReadonlySet<string> = new Set(['then', 'catch', 'finally']);

/** Hint for a call of a value that cannot be called. */
function calledHint(text: string): string | undefined {
  const [, base = '', name = ''] = /^(?:(.*)\.)?([\w$]+)$/s.exec(text) ?? [];
  if (base === 'assert') {
    return suggestion(
      'Assertion',
      name,
      namesOf('Assertion'),
      (meant) => `assert(value).${meant}()`,
    );
  }
  if (base === 'scenario')
    return suggestion('scenario', name, namesOf('scenario'), (one) => `scenario.${one}`);
  if (base === 'console') return 'console has log, info, debug, warn and error';
  if (base === '') return undefined;
  if (findFunction('Agent', name) !== undefined) return `it belongs to the agent: agent.${name}()`;
  if (namesOf('Agent').includes(name)) return `it is a value: write ${text} without ()`;
  return suggestion('Agent', name, namesOf('Agent'), (meant) =>
    findFunction('Agent', meant) === undefined ? `agent.${meant}` : `agent.${meant}()`,
  );
}

function hinted(hint: string | undefined): { hint?: string } {
  return hint === undefined ? {} : { hint };
}

function isShort(text: string): boolean {
  return text !== '' && text.length <= LONGEST_SHOWN;
}
