/**
 * Decides what a scenario may touch besides files: hosts, SIP targets, variables, numbers of agents and
 * calls. Rules in, decisions out: this folder knows no sockets, no agents and no settings; the drivers get
 * its functions.
 */
import picomatch from 'picomatch';
import { netPolicy, type NetPolicy } from './net-policy.js';
import type { PolicyRules } from './rules.js';
import { sipPolicy, type SipPolicy } from './sip-policy.js';

export interface Policy {
  readonly rules: PolicyRules;
  readonly net: NetPolicy;
  readonly sip: SipPolicy;
  /** Variables of the machine that env() may find; undefined: all. As patterns, for the scenario's thread. */
  readonly envPatterns: readonly RegExp[] | undefined;
  readonly allowsEnv: (name: string) => boolean;
}

const ENV_GLOB = { dot: true, bash: true, nonegate: true };

export function makePolicy(rules: PolicyRules): Policy {
  const envPatterns = rules.env?.items.map((pattern) => picomatch.makeRe(pattern, ENV_GLOB));
  return {
    rules,
    net: netPolicy(rules.net, rules.untrusted),
    sip: sipPolicy(rules.sip),
    envPatterns,
    allowsEnv: (name) => envPatterns?.some((pattern) => pattern.test(name)) ?? true,
  };
}
