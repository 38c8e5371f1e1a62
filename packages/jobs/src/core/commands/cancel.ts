import type { CancelReason, LiveRun } from '../model/run.ts';

/** Why a cancel is asked for, and who asks, such as `user:42`. */
export interface AskedCancel {
  readonly reason: CancelReason;
  readonly by?: string | undefined;
}

/** P12, cancel: what a request changes in a run. The first request counts, with its name. */
export function cancelOf(run: LiveRun, { reason, by }: AskedCancel): Pick<LiveRun, 'cancel' | 'cancelledBy'> {
  const { cancel, cancelledBy } = run;
  if (cancel !== undefined) return { cancel, ...(cancelledBy === undefined ? {} : { cancelledBy }) };
  return { cancel: reason, ...(by === undefined ? {} : { cancelledBy: by }) };
}

/** A claimed run that is being cancelled: its node must stop it. */
export interface CancelRequest {
  readonly runId: string;
  readonly node: string;
  readonly fence: number;
}

export function requestOf(
  { id }: Pick<LiveRun, 'id'>,
  { node, fence }: NonNullable<LiveRun['claim']>,
): CancelRequest {
  return { runId: id, node, fence };
}
