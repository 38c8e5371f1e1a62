import type { Database } from '../connection/database.ts';
import type { Shared } from '../tables/shared.ts';
import type { UnitRunner } from './unit-runner.ts';

/** What the methods of a store work with. */
export interface Parts {
  /** For commands and reads. */
  readonly db: Database;
  readonly runner: UnitRunner;
  readonly shared: Shared;
  /** Nodes of this process that may claim as long as they have a row. */
  readonly joined: ReadonlySet<string>;
  now(): number;
  /** The time that transactions go by, in place of the database's; undefined: the database's. */
  ownNow(): number | undefined;
}
