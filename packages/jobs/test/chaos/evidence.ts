import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.ts';

/**
 * Writes the state of the cluster to files, beside the logs of the nodes, to help find the cause of a
 * violation.
 */
export async function keepEvidence({ admin, folder, server }: Cluster): Promise<void> {
  const found: Record<string, unknown> = {};
  for (const [name, sql] of Object.entries(QUESTIONS)) found[name] = await admin.rows(sql);
  writeFileSync(join(folder, 'state.json'), JSON.stringify(found, undefined, 1));
  cpSync(join(server.folder, 'log'), join(folder, 'logs', 'server.log'));
}

const QUESTIONS = {
  now: 'SELECT now(), extract(epoch FROM now()) * 1000 AS ms',
  nodes: 'SELECT * FROM greenvue_jobs.nodes',
  liveRuns: `SELECT node, status, held, count(*), min(available_at) AS oldest, min(id) AS first
    FROM greenvue_jobs.live_runs GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
  running: `SELECT live_runs.id, live_runs.node, live_runs.fence, live_runs.started_at, ledger.node AS life, ledger.ended_at
    FROM greenvue_jobs.live_runs LEFT JOIN chaos.ledger ON run_id = id AND ledger.fence = live_runs.fence
    WHERE live_runs.node IS NOT NULL ORDER BY id LIMIT 100`,
  connections: `SELECT pid, usename, application_name, state, wait_event_type, wait_event, state_change, query_start, query
    FROM pg_stat_activity WHERE datname = current_database() ORDER BY usename, application_name`,
  waiting: `SELECT blocked.pid, pg_blocking_pids(blocked.pid) AS by, blocked.query FROM pg_stat_activity AS blocked
    WHERE cardinality(pg_blocking_pids(blocked.pid)) > 0`,
} as const;
