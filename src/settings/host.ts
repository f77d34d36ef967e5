/** The machine a run takes place on. */
import { hostname } from 'node:os';
import type { Host } from '../model/run-event.js';

export function thisHost(): Host {
  const { platform, arch, versions } = process;
  return { name: hostname(), platform, arch, node: versions.node };
}
