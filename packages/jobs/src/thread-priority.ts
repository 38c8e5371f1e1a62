import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/**
 * Lets the calling thread give way to the one that serves HTTP, where cores are short (P20, isolation). Linux
 * alone has a priority for each thread; elsewhere, and where `/proc` is not to be read, the thread keeps the
 * one it has.
 */
export function lowerThreadPriority(): void {
  if (process.platform !== 'linux') return;
  try {
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (thread !== process.pid) setPriority(thread, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // A courtesy: nothing depends on it.
  }
}
