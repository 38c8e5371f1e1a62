import type { z } from 'zod';
import type { jobTypeSchema, previewBody, previewSchema, StatsJson } from '../../http/index.ts';
import type { Call, Connection } from '../connection/connection.ts';

export type JobType = z.output<typeof jobTypeSchema>;
export type PreviewSchedule = z.input<typeof previewBody>;
export type Preview = z.output<typeof previewSchema>;
export type Stats = StatsJson;

/** A dry run: the next run times of a schedule or, with `job_id`, of that job after such an edit. */
export async function previewSchedule(
  connection: Connection,
  body: PreviewSchedule,
  call?: Call,
): Promise<Preview> {
  const answer = await connection.send<Preview>({
    method: 'POST',
    path: '/job-preview',
    body,
    repeat: 'safe',
    signal: call?.signal,
  });
  return answer.body;
}

/** The job types of the server that responds, with the JSON Schema of their payloads. */
export async function listJobTypes(connection: Connection, call?: Call): Promise<readonly JobType[]> {
  const answer = await connection.send<{ readonly data: readonly JobType[] }>({
    method: 'GET',
    path: '/job-types',
    answer: 'list',
    repeat: 'safe',
    signal: call?.signal,
  });
  return answer.body.data;
}

/** Counts, throughput and lateness, and all live nodes; the node that responds comes first. */
export async function getStats(connection: Connection, call?: Call): Promise<Stats> {
  const answer = await connection.send<Stats>({
    method: 'GET',
    path: '/job-stats',
    repeat: 'safe',
    signal: call?.signal,
  });
  return answer.body;
}
