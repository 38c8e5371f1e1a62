import { readFileSync } from 'node:fs';

/** File descriptors reserved for files, databases, mail and event streams. */
const RESERVED = 256;
/** The usual soft limit of operating systems. */
const USUAL_LIMIT = 1_024;
const MOST = 10_000;

/**
 * The default of MAX_CONNECTIONS: the limit on open files minus 256, which the server needs for itself. The
 * default is at least half of the limit, and at most 10,000.
 */
export function mostConnections(descriptors: number = descriptorLimit()): number {
  return Math.min(MOST, Math.max(Math.floor(descriptors / 2), descriptors - RESERVED));
}

/** The soft limit on open files (`ulimit -n`), if the system reports it. */
function descriptorLimit(): number {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? MOST * 2 : Number(limit);
  } catch {
    return USUAL_LIMIT;
  }
}
