import type { Cluster } from './cluster.ts';
import type { Injury } from './injury.ts';

/** A fault that the chaos suite injects into a cluster. */
export interface Fault {
  /** For `--fault`. */
  readonly name: string;
  /** What is done, for the report. */
  readonly title: string;
  /** Why it can't be done on this machine; absent: it can. */
  missing?(): string | undefined;
  inject(cluster: Cluster): Promise<Injury>;
}
