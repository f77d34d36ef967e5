/** Signs and reads identities for a script: checked arguments in, plain values out. */
import { type Identity, readIdentity, type ReadOptions } from '../../identity/read.js';
import { signIdentity, type SignOptions } from '../../identity/sign.js';
import type { Operations } from '../guest-protocol.js';
import { decode, toArgument } from './bridge.js';
import { check } from './checks.js';
import type { Session } from './job-context.js';

export function sign(session: Session, { args, stack }: Operations['sign_identity']): string {
  check(session, { on: 'global', fn: 'sign_identity', args, stack });
  const [options] = args.map((one) => toArgument(decode(one)));
  return signIdentity(options as SignOptions);
}

export function read(session: Session, { args, stack }: Operations['read_identity']): Identity {
  check(session, { on: 'global', fn: 'read_identity', args, stack });
  const [value = '', options = {}] = args.map((one) => toArgument(decode(one)));
  return readIdentity(value as string, options as ReadOptions);
}
