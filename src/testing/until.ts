/** Waits in tests for what comes by itself. */
import { vi } from 'vitest';

/** Vitest's own second is too short for a machine that runs other tests beside. */
const LIMIT_MS = 20_000;

export async function until(condition: () => unknown): Promise<void> {
  await vi.waitUntil(condition, { timeout: LIMIT_MS });
}
