/** All messages of RFC 4475 and RFC 5118. */
import { INVALID } from './invalid.js';
import { IPV6 } from './ipv6.js';
import type { TortureMessage } from './message.js';
import { SEMANTICS } from './semantics.js';
import { VALID } from './valid.js';

export const RFC_4475: readonly TortureMessage[] = [...VALID, ...INVALID, ...SEMANTICS];
export const RFC_5118: readonly TortureMessage[] = IPV6;
