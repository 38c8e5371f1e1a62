import assert from 'node:assert/strict';
import { checkGrid, settledRuns } from '../history.ts';
import { type Node, say, seconds, trigger } from '../node.ts';
import { GRID, type Load, type Mailbox } from './restore-load.ts';

export interface Restored {
  readonly nodes: readonly Node[];
  /** Made before and after the backup. */
  readonly tokens: { readonly early: string; readonly late: string };
  readonly load: Load;
  readonly mailbox: Mailbox;
  /** When the backup began and ended, the nodes were killed, and the restore had ended. */
  readonly times: {
    readonly began: number;
    readonly ended: number;
    readonly killedAt: number;
    readonly restoredAt: number;
  };
}

/** Throws if the restored installation breaks what docs/operations.md says about a restore. */
export async function checkRestored(restored: Restored): Promise<void> {
  const { nodes, tokens, load, mailbox, times } = restored;
  const url = nodes[0]?.url ?? '';
  const api = { url, token: tokens.early };
  const statusOf = async (path: string, token: string) =>
    (await fetch(url + path, { headers: { authorization: `Bearer ${token}` } })).status;
  assert.equal(await statusOf('/api/jobs/late', tokens.early), 404, 'a job of after the backup is lost');
  assert.equal(await statusOf('/api/jobs/mails', tokens.late), 401, 'a token of after the backup is lost');

  const fresh = await trigger(url, tokens.early, 'by-hand');
  const byHand = await settledRuns(api, 'by-hand');
  const done = seconds(Date.now() - times.restoredAt);
  const found = new Map(byHand.map((run) => [run.id, run]));
  assert.equal(found.get(fresh.id)?.status, 'succeeded', 'the engine goes on');
  const newest = load.runs.reduce((most, { id }) => (BigInt(id) > most ? BigInt(id) : most), 0n);
  assert(BigInt(fresh.id) > newest, `the id ${fresh.id} is not above ${newest}`);

  const before = load.runs.filter(({ at }) => at < times.began);
  const after = load.runs.filter(({ sentAt }) => sentAt > times.ended);
  for (const { id } of before) assert.equal(found.get(id)?.status, 'succeeded', `run ${id} of before`);
  for (const { id } of after) assert.equal(found.has(id), false, `run ${id} of after the backup`);
  const repeated = load.runs.filter(({ id }) => Number(found.get(id)?.started_at) >= times.restoredAt);
  say(`  asked for before the backup: ${before.length} runs, all there, all succeeded`);
  say(`  in the backup, not yet ended: ${repeated.length} runs, which ran again`);
  say(`  asked for after the backup: ${after.length} runs, all lost; the next id is above theirs`);

  for (const id of GRID) checkGrid(id, await settledRuns(api, id), times.restoredAt);
  say(`  ${GRID.length} jobs with a slot each second: each slot is covered once, the downtime by one run`);

  await settledRuns(api, 'mails');
  const sent = new Set(mailbox.mails.map(({ id }) => id));
  const early = new Set(mailbox.mails.filter(({ at }) => at < times.killedAt).map(({ id }) => id));
  const late = mailbox.mails.filter(({ at }) => at >= times.killedAt);
  const again = late.filter(({ id }) => early.has(id)).length;
  say(`  mails: ${sent.size} arrived, ${again} of them twice, with the same Message-ID`);
  say(`  done ${done} after the restore`);
}
