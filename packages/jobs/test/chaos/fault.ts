import type { Cluster } from './cluster.ts';
import type { Injury } from './injury.ts';

/** A fault that the chaos suite injects into a cluster. */
export interface Fault {
  /** The value of `--fault`. */
  readonly name: string;
  /** For the report. */
  readonly title: string;
  /** Why this machine cannot inject the fault; undefined if it can. */
  missing?(): string | undefined;
  inject(cluster: Cluster): Promise<Injury>;
}
