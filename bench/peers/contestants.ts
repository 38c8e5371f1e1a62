import type { Contestant } from './contestant.ts';
import { agenda } from './contestants/agenda.ts';
import { bullmqOnPostgres, bullmqOnRedis } from './contestants/bullmq.ts';
import { bunqueue } from './contestants/bunqueue.ts';
import { croner } from './contestants/croner.ts';
import { graphileWorker } from './contestants/graphile-worker.ts';
import { greenvueOnPostgres, greenvueOnSqlite } from './contestants/greenvue.ts';
import { pgBoss } from './contestants/pg-boss.ts';
import { sidequestOnPostgres, sidequestOnSqlite } from './contestants/sidequest.ts';

export const CONTESTANTS: readonly Contestant[] = [
  greenvueOnSqlite,
  greenvueOnPostgres,
  graphileWorker,
  pgBoss,
  bullmqOnRedis('everysec'),
  bullmqOnRedis('always'),
  bullmqOnPostgres,
  agenda,
  bunqueue,
  sidequestOnSqlite,
  sidequestOnPostgres,
  croner,
];

export function requireContestant(name: string): Contestant {
  const found = CONTESTANTS.find((contestant) => contestant.name === name);
  if (found === undefined) {
    throw new Error(`Unknown name ${name}. Known names: ${CONTESTANTS.map(({ name }) => name).join(', ')}.`);
  }
  return found;
}
