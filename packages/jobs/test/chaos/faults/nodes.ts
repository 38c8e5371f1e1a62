import { setTimeout as delay } from 'node:timers/promises';
import { CONDITION_MS } from '../../../../../scripts/test-deadlines.ts';
import type { Cluster } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import { type Injury, NOTICE_MS } from '../injury.ts';
import type { ClusterNode } from '../node.ts';
import { LEASE_MS } from '../scale.ts';

/** Faults of the node processes. */
export const NODE_FAULTS: readonly Fault[] = [
  { name: 'kill', title: 'nodes are killed, again and again', inject: killRepeatedly },
  {
    name: 'freeze',
    title: 'a node is frozen, and thawed after its lease',
    inject: (c) => freeze(c, oneOf(c)),
  },
  { name: 'block', title: "a node's event loop stands still", inject: block },
  {
    name: 'clock-ahead',
    title: 'the clock of a node is a minute ahead',
    inject: (c) => wrongClock(c, 60_000),
  },
  {
    name: 'clock-behind',
    title: 'the clock of a node is a minute behind',
    inject: (c) => wrongClock(c, -60_000),
  },
];

/** A random node, but not the same one twice in a row. */
export function oneOf(cluster: Cluster): ClusterNode {
  const node = cluster.nodes[Math.floor(Math.random() * cluster.nodes.length)];
  if (node === undefined) throw new Error('The cluster has no nodes.');
  return node;
}

const DOWN_MS = 2_000;

async function killRepeatedly(cluster: Cluster): Promise<Injury> {
  await serverSettled(cluster);
  const beganAt = Date.now();
  const interrupted: { life: string; at: number }[] = [];
  let healedAt = beganAt;
  for (let n = 0; n < cluster.scale.kills; n++) {
    const node = oneOf(cluster);
    const { life } = node;
    await untilInLongRun(cluster, life);
    healedAt = await cluster.kill(node);
    interrupted.push({ life, at: healedAt });
    await delay(DOWN_MS);
    await cluster.start(node);
    await delay(DOWN_MS * Math.random());
  }
  // Two nodes must do all the work after the last kill, without the third.
  return { beganAt, healedAt, interrupted, mayBeDead: interrupted.map(({ life }) => life) };
}

/** After the server starts, no node is declared dead for one lease (P9, lost nodes). */
export async function serverSettled({ admin }: Cluster): Promise<void> {
  const [row] = await admin.rows<{ upMs: number }>(UP);
  await delay(Math.max(LEASE_MS + 1_000 - (row?.upMs ?? 0), 0));
}

const UP = `SELECT (extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()) * 1000)::double precision AS "upMs"`;

/**
 * Waits until a handler of this process is in the middle of its work, so that a kill interrupts something.
 */
export async function untilInLongRun({ admin, scale }: Cluster, life: string): Promise<void> {
  const until = Date.now() + AMID_MS;
  for (;;) {
    const [row] = await admin.rows<{ runs: number }>(AMID, [life, scale.longMs / 2]);
    if (row !== undefined && row.runs > 0) return;
    if (Date.now() > until) throw new Error(`The node ${life} has had no long run for ${AMID_MS} ms.`);
    await delay(AMID_POLL_MS);
  }
}

const AMID_MS = CONDITION_MS;
const AMID_POLL_MS = 20;
/** Short handlers take 10 ms; a long one has at least half of its time left. */
const AMID = `SELECT count(*) AS runs FROM chaos.ledger
  WHERE node = $1 AND ended_at IS NULL
    AND extract(epoch FROM clock_timestamp()) * 1000 - started_at BETWEEN 50 AND $2::double precision`;

export async function freeze(cluster: Cluster, node: ClusterNode): Promise<Injury> {
  const { life } = node;
  const beganAt = Date.now();
  await node.freeze(cluster.scale.freezeMs);
  const healedAt = Date.now();
  return {
    beganAt,
    healedAt,
    mayBeDead: [life],
    interrupted: [{ life, at: beganAt }],
    unaware: [{ life, from: beganAt, until: healedAt + NOTICE_MS }],
  };
}

/** The control connection is in a thread, so the node keeps its lease and its runs. */
async function block(cluster: Cluster): Promise<Injury> {
  const beganAt = Date.now();
  oneOf(cluster).block(cluster.scale.blockMs);
  await delay(cluster.scale.blockMs);
  return { beganAt, healedAt: Date.now() };
}

async function wrongClock(cluster: Cluster, clockOffMs: number): Promise<Injury> {
  const node = oneOf(cluster);
  await node.stop();
  const beganAt = Date.now();
  await cluster.start(node, { clockOffMs });
  await delay(cluster.scale.lastsMs);
  const [early] = await cluster.admin.rows<{ runs: number }>(EARLY, [node.life, EARLY_MS]);
  if (early !== undefined && early.runs > 0)
    cluster.seen.faults.push(`${early.runs} runs began more than ${EARLY_MS} ms before their slots`);
  const healedAt = Date.now();
  await node.stop();
  await cluster.start(node);
  return { beganAt, healedAt };
}

/** A node knows the database's time to within half of a query's round trip. */
const EARLY_MS = 250;
const EARLY = `SELECT count(*) AS runs FROM chaos.ledger JOIN greenvue_jobs.runs ON runs.id = run_id
  WHERE ledger.node = $1 AND ledger.started_at < scheduled_for - $2::double precision`;
