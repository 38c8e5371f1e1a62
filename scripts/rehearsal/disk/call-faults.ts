import { closeSync, openSync, readSync, writeFileSync, writeSync } from 'node:fs';

/** The faults of `fail-calls.c`, in its order. */
export const CALL_FAULTS = [
  'disk full',
  'write error',
  'torn write',
  'sync error',
  'read error',
  'read-only',
] as const;
export type CallFault = (typeof CALL_FAULTS)[number];

/** Turns the faults of a process with `fail-calls.c` on and off. */
export interface CallFaults {
  /** The environment of the process, without the layer itself. */
  readonly env: Readonly<Record<string, string>>;
  /** This share of the calls (percent) fails until `stop()`. */
  start(fault: CallFault, percent: number): void;
  stop(): void;
  /** Calls that failed since the begin. */
  count(): number;
  close(): void;
}

const CONTROL_BYTES = 128;
const COUNTS = 64;

export function createCallFaults({
  folder,
  file,
}: {
  readonly folder: string;
  readonly file: string;
}): CallFaults {
  writeFileSync(file, Buffer.alloc(CONTROL_BYTES));
  const control = openSync(file, 'r+');
  return {
    env: { FAULT_DIR: folder, FAULT_FILE: file },
    start: (fault, percent) => void writeSync(control, Buffer.of(percent), 0, 1, CALL_FAULTS.indexOf(fault)),
    stop: () => void writeSync(control, Buffer.alloc(CALL_FAULTS.length), 0, CALL_FAULTS.length, 0),
    count() {
      const counts = Buffer.alloc(4 * CALL_FAULTS.length);
      readSync(control, counts, 0, counts.length, COUNTS);
      return CALL_FAULTS.reduce((sum, _, n) => sum + counts.readUInt32LE(4 * n), 0);
    },
    close: () => closeSync(control),
  };
}
