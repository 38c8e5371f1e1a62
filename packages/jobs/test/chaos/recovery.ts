import { setTimeout as delay } from 'node:timers/promises';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import type { Admin } from './admin.ts';
import type { Injury } from './injury.ts';

/** The parts of a cluster that its recovery is measured on. */
interface Measured {
  readonly admin: Admin;
  readonly nodes: readonly { readonly life: string }[];
}

/** How the cluster recovered after an injury. */
export interface Recovery {
  /**
   * From the end of the fault to the end of the first second with at least 95 % of the earlier throughput;
   * undefined if that took too long.
   */
  readonly throughputMs: number | undefined;
  /** For each interrupted run, the time until it starts on another node. */
  readonly restartsMs: readonly number[];
  /** Nodes that no longer run jobs. */
  readonly idle: readonly string[];
}

/** Handlers that ended per second, over the last `ms`. */
export async function throughput({ admin }: Pick<Measured, 'admin'>, ms: number): Promise<number> {
  const [row] = await admin.rows<{ ended: number }>(ENDED_WITHIN, [ms]);
  return ((row?.ended ?? 0) / ms) * 1_000;
}

/** Runs that are due for more than a moment and not claimed. */
export async function backlog({ admin }: Pick<Measured, 'admin'>): Promise<number> {
  const [row] = await admin.rows<{ runs: number }>(BEHIND);
  return row?.runs ?? 0;
}

const ENOUGH = 0.95;
const WINDOW_MS = 1_000;
const STEP_MS = 100;
const POLL_MS = 500;
const GIVE_UP_MS = CONDITION_MS;
/** A working node ends at least this share of all runs. */
const LEAST_SHARE = 0.02;

/** Waits until the cluster works as before, up to a limit. */
export async function recovered(cluster: Measured, injury: Injury, before: number): Promise<Recovery> {
  const until = Date.now() + GIVE_UP_MS;
  let recovery: Recovery;
  do {
    await delay(POLL_MS);
    const ended = await cluster.admin.rows<{ at: number }>(ENDS, [injury.healedAt, STEP_MS]);
    recovery = {
      throughputMs: firstFullWindow(
        ended.map(({ at }) => at),
        before,
        injury.healedAt,
      ),
      restartsMs: await restarts(cluster, injury),
      idle: await idleNodes(cluster),
    };
  } while ((recovery.throughputMs === undefined || recovery.idle.length > 0) && Date.now() < until);
  return recovery;
}

/** `ends`: sorted times. Returns the first window after the end of the fault that has enough of them. */
function firstFullWindow(ends: readonly number[], before: number, healedAt: number): number | undefined {
  const enough = (before * ENOUGH * WINDOW_MS) / 1_000;
  let [first, next] = [0, 0];
  for (let from = healedAt; from + WINDOW_MS <= Date.now(); from += STEP_MS) {
    while (first < ends.length && (ends[first] ?? 0) < from) first++;
    while (next < ends.length && (ends[next] ?? 0) < from + WINDOW_MS) next++;
    if (next - first >= enough) return from + WINDOW_MS - healedAt;
  }
  return undefined;
}

async function restarts({ admin }: Pick<Measured, 'admin'>, { interrupted = [] }: Injury): Promise<number[]> {
  const rows = await admin.rows<{ ms: number }>(RESTARTS, [
    interrupted.map(({ life }) => life),
    interrupted.map(({ at }) => at),
  ]);
  return rows.map(({ ms }) => ms);
}

async function idleNodes({ admin, nodes }: Measured): Promise<string[]> {
  const rows = await admin.rows<{ node: string; ended: number }>(SHARES);
  const all = rows.reduce((sum, { ended }) => sum + ended, 0);
  return nodes
    .map(({ life }) => life)
    .filter((life) => (rows.find(({ node }) => node === life)?.ended ?? 0) < all * LEAST_SHARE);
}

const NOW = 'extract(epoch FROM clock_timestamp()) * 1000';
const BEHIND = `SELECT count(*) AS runs FROM greenvue_jobs.live_runs
  WHERE held = 'no' AND node IS NULL AND available_at < ${NOW} - 5000`;
const ENDED_WITHIN = `SELECT count(*) AS ended FROM chaos.ledger WHERE ended_at > ${NOW} - $1`;
const ENDS = `SELECT ended_at AS at FROM chaos.ledger WHERE ended_at >= $1::double precision - $2 ORDER BY ended_at`;
const SHARES = `SELECT node, count(*) AS ended FROM chaos.ledger WHERE ended_at > ${NOW} - 2000 GROUP BY node`;
const RESTARTS = `SELECT min(later.started_at) - interrupted.at AS ms
  FROM unnest($1::text[], $2::double precision[]) AS interrupted (life, at)
  JOIN chaos.ledger AS begun ON begun.node = life AND begun.started_at < interrupted.at
    AND begun.started_at > interrupted.at - 600000
  JOIN chaos.ledger AS later ON later.run_id = begun.run_id AND later.fence > begun.fence AND later.node <> life
    AND later.started_at > interrupted.at
  GROUP BY interrupted.life, interrupted.at, begun.run_id ORDER BY ms`;
