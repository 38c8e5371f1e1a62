import { serverCpuMs } from '../../support/ground.ts';
import { startCpu } from '../../support/measure.ts';
import type { Place } from '../processes/place.ts';

/** Counts CPU seconds from now on, of this process and of the server, if there is one. */
export function startCost(place: Place): () => number {
  const own = startCpu();
  const serverMs = () => ('serverPid' in place ? serverCpuMs(place.serverPid) : 0);
  const before = serverMs();
  return () => (own().cpuMs + serverMs() - before) / 1_000;
}
