import type { LogLineJson, RunJson } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';
import { path } from '../connection/request.ts';
import { wait } from '../connection/wait.ts';
import { getRun } from './runs.ts';

export type LogLine = LogLineJson;

/** What a run's handler has logged, the oldest line first: the newest 64 KiB. 404: there is no such run. */
export async function getRunLogs(
  connection: Connection,
  runId: string,
  call?: Call,
): Promise<readonly LogLine[]> {
  const answer = await connection.send<{ readonly data: readonly LogLine[] }>({
    method: 'GET',
    path: path`/runs/${runId}/logs`,
    answer: 'list',
    repeat: 'safe',
    signal: call?.signal,
  });
  return answer.body.data;
}

const POLL_MS = 1_000;

/**
 * The lines of a run's log, those that are there and then those that come, until the run is over. Looks once
 * a second. Of a run that logs more than 64 KiB in between, the newest are told.
 */
export async function* followRunLogs(
  connection: Connection,
  runId: string,
  call?: Call,
): AsyncGenerator<LogLine, void, undefined> {
  let told: readonly LogLine[] = [];
  for (;;) {
    // The status first: what is over by then has no more to log.
    const { status } = await getRun(connection, runId, call);
    const lines = await getRunLogs(connection, runId, call);
    yield* newLines(told, lines);
    told = lines;
    if (isOver(status)) return;
    await wait(POLL_MS, call?.signal);
    call?.signal?.throwIfAborted();
  }
}

function isOver(status: RunJson['status']): boolean {
  return status !== 'queued' && status !== 'running';
}

/**
 * What a log has that it had not before. Lines have no ids, and the oldest go as new ones come: what the end
 * of the old list and the beginning of the new one have in common, as much as can be, was there before.
 */
export function newLines(before: readonly LogLine[], after: readonly LogLine[]): readonly LogLine[] {
  const old = before.map((line) => JSON.stringify(line));
  const now = after.map((line) => JSON.stringify(line));
  const gone = old.findIndex((_line, from) => isContinued(old, from, now));
  return gone === -1 ? after : after.slice(old.length - gone);
}

/** Whether `now` begins with what `old` has from there on. */
function isContinued(old: readonly string[], from: number, now: readonly string[]): boolean {
  for (let at = from; at < old.length; at += 1) {
    if (old[at] !== now[at - from]) return false;
  }
  return true;
}
