import type { LogLineJson, RunJson } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { path } from '../connection/request.ts';
import { wait } from '../connection/wait.ts';
import { getRun } from './runs.ts';

export type LogLine = LogLineJson;

/** The newest 64 KiB of a run's log, oldest line first. 404: there is no such run. */
export async function getRunLogs(
  connection: Connection,
  runId: string,
  call?: Call,
): Promise<readonly LogLine[]> {
  const { data } = await connection.ask<{ readonly data: readonly LogLine[] }>(
    { path: path`/runs/${runId}/logs`, answer: 'list' },
    call,
  );
  return data;
}

const POLL_MS = 1_000;

/**
 * The lines of a run's log, existing and then new ones, until the run ends. Polls once a second. If a run
 * logs more than 64 KiB between two polls, only the newest 64 KiB are returned.
 */
export async function* followRunLogs(
  connection: Connection,
  runId: string,
  call?: Call,
): AsyncGenerator<LogLine, void, undefined> {
  let known: readonly LogLine[] = [];
  for (;;) {
    // The status first: a run that has ended by then logs no further lines.
    const { status } = await getRun(connection, runId, call);
    const lines = await getRunLogs(connection, runId, call);
    yield* newLines(known, lines);
    known = lines;
    if (isFinished(status)) return;
    await wait(POLL_MS, call?.signal);
    call?.signal?.throwIfAborted();
  }
}

function isFinished(status: RunJson['status']): boolean {
  return status !== 'queued' && status !== 'running';
}

/**
 * The lines of `after` that are not in `before`. Lines have no ids, and the oldest are dropped as new ones
 * arrive, so the longest overlap of the end of `before` with the start of `after` counts as known.
 */
export function newLines(before: readonly LogLine[], after: readonly LogLine[]): readonly LogLine[] {
  const old = before.map((line) => JSON.stringify(line));
  const now = after.map((line) => JSON.stringify(line));
  const overlap = old.findIndex((_line, from) => isContinued(old, from, now));
  return overlap === -1 ? after : after.slice(old.length - overlap);
}

/** Whether `now` starts with the lines of `old` from that index on. */
function isContinued(old: readonly string[], from: number, now: readonly string[]): boolean {
  for (let at = from; at < old.length; at += 1) {
    if (old[at] !== now[at - from]) return false;
  }
  return true;
}
