import { listJobTypes } from '@greenvue/jobs/client';
import { CliError, EXIT } from '../../exit-code.ts';
import type { ApiFlags } from '../../input/flags.ts';
import { restCommand, type Session } from '../../rest/rest-command.ts';
import { printJson } from '../../terminal/print.ts';
import { printable } from '../../terminal/printable.ts';
import { paint, type Style } from '../../terminal/screen.ts';
import { counted, instantAndDistance } from '../../terminal/words.ts';
import { paintDiff } from '../definition/definition-diff.ts';
import { type Applied, createApplier, type Outcome } from './apply-job.ts';
import { inOrder } from './in-order.ts';
import { readJobs, refuseTwins } from './read-jobs.ts';
import { afterUpstreams, refuseCircles, upstreamsFirst } from './upstreams-first.ts';

export interface ApplyJobsFlags extends ApiFlags {
  readonly file: readonly string[];
  readonly dryRun: boolean | undefined;
}

const MOST_AT_ONCE = 4;

/**
 * `jobs apply`: makes the jobs of the server what the files say, each of them whole or not at all. One that
 * fails does not keep the others from being applied.
 */
export const applyJobsCommand = restCommand(async (session, flags: ApplyJobsFlags) => {
  const files = flags.file.map(async (file) => readJobs(await session.readText(file), file));
  const given = (await Promise.all(files)).flat();
  refuseTwins(given);
  refuseCircles(given);
  const jobs = upstreamsFirst(given);
  // Also shows whether there is a server, and whether the token is good, before anything is done.
  const types = await listJobTypes(session.api);
  const { api, target, interrupted } = session;
  session.seeThrough();
  interrupted.addEventListener('abort', () =>
    session.err.line(
      'Finishing the job that is being applied, and starting no other. Press Ctrl-C again to stop at once.',
    ),
  );
  const inFile = new Set(jobs.map(({ id }) => id));
  const { dryRun } = flags;
  const apply = afterUpstreams(createApplier({ api, target, types, dryRun, inFile, interrupted }));
  const all: Applied[] = [];
  for await (const applied of inOrder(jobs, MOST_AT_ONCE, apply)) {
    all.push(applied);
    if (!flags.json) printApplied(session, applied, flags);
  }
  if (flags.json) printJson(session.out, { data: all.map(appliedJson) });
  else session.out.line(sumOf(all, flags));
  const failed = all.filter(({ outcome }) => outcome === 'failed').length;
  if (failed > 0)
    throw new CliError(
      `${counted(failed, 'job')} of ${all.length} failed. ${stateText(all, flags)}`,
      interrupted.aborted ? EXIT.interrupted : EXIT.failed,
    );
});

/** What holds after jobs have failed. */
function stateText(all: readonly Applied[], { dryRun }: ApplyJobsFlags): string {
  if (dryRun) return 'Nothing was changed.';
  // The response to a change may be lost.
  if (all.some(({ fault }) => fault?.exitCode === EXIT.noServer))
    return 'Apply again once the server responds: jobs that are as the files say stay as they are.';
  const hasDone = all.some(({ outcome }) => outcome !== 'failed');
  return hasDone ? 'The other jobs are as the files say.' : 'No job was changed.';
}

const STYLES: Readonly<Record<Outcome, Style | undefined>> = {
  created: 'green',
  changed: 'yellow',
  unchanged: undefined,
  failed: 'red',
};

function printApplied({ out, now }: Session, applied: Applied, { dryRun }: ApplyJobsFlags): void {
  const { id, outcome, diff, fault, nextRun } = applied;
  const would = dryRun && (outcome === 'created' || outcome === 'changed') ? 'would be ' : '';
  const next =
    nextRun === undefined || outcome === 'unchanged'
      ? ''
      : `, next run ${instantAndDistance(nextRun, now())}`;
  out.line(`${paint(out, STYLES[outcome], `${would}${outcome}`)} ${printable(id)}${next}`);
  for (const line of fault?.message.split('\n') ?? []) out.line(`  ${line}`);
  if (outcome !== 'failed') for (const line of paintDiff(out, diff)) out.line(`  ${line}`);
}

function appliedJson({ id, outcome, diff, nextRun, fault }: Applied) {
  return {
    id,
    outcome,
    next_run: nextRun ?? null,
    diff: diff.length === 0 ? null : diff.join('\n'),
    fault: fault?.message ?? null,
  };
}

function sumOf(all: readonly Applied[], { dryRun }: ApplyJobsFlags): string {
  const parts = (['created', 'changed', 'unchanged', 'failed'] as const).map((outcome) => ({
    outcome,
    count: all.filter((applied) => applied.outcome === outcome).length,
  }));
  const words = parts.filter(({ count }) => count > 0).map(({ outcome, count }) => `${count} ${outcome}`);
  const isNone = all.length > 0 && all.every(({ outcome }) => outcome === 'failed');
  const sum = all.length === 0 ? 'there is no job in it' : [...(isNone ? ['none'] : []), ...words].join(', ');
  return dryRun ? `Dry run, nothing was changed: ${sum}.` : `Applied: ${sum}.`;
}
