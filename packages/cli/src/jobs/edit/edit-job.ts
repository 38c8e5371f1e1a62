import {
  getJob,
  type Job,
  listJobTypes,
  type PatchJob,
  patchJob,
  previewSchedule,
} from '@greenvue/jobs/client';
import { CliError, EXIT, usageError } from '../../exit-code.ts';
import type { ApiFlags } from '../../input/flags.ts';
import { restCommand, type Session } from '../../rest/rest-command.ts';
import { printJson } from '../../terminal/print.ts';
import { printable } from '../../terminal/printable.ts';
import type { Screen } from '../../terminal/screen.ts';
import {
  changesSchedule,
  definitionAfterPatch,
  definitionOf,
  isSameDefinition,
  isScheduleField,
} from '../definition/definition.ts';
import { definitionDiff, paintDiff } from '../definition/definition-diff.ts';
import { hasSecret } from '../definition/secret-payload.ts';
import { movedRunText, nextRunText } from '../next-run.ts';
import {
  backoffFields,
  expectFields,
  type JobFieldFlags,
  plainFields,
  type Resettable,
  scheduleFields,
} from './job-fields.ts';

export interface EditJobFlags extends ApiFlags, JobFieldFlags {
  readonly reset: readonly Resettable[];
  readonly yes: boolean | undefined;
}

/**
 * `jobs edit`: shows the change, asks for confirmation on a terminal, and saves only if nobody else edited
 * the job in the meantime.
 */
export const editJobCommand = restCommand(async (session, flags: EditJobFlags, id: string) => {
  const { api, out, now } = session;
  const [job, types] = await Promise.all([getJob(api, id), listJobTypes(api)]);
  const patch = patchOf(session, flags, job);
  // With --json, stdout has only the job.
  const screen = flags.json ? session.err : out;
  const type = types.find((known) => known.type === job.type);
  const [before, after] = [definitionOf(job), definitionAfterPatch(job, patch, type)];
  if (isSameDefinition(before, after) && !hasSecret(patch.payload, type)) {
    screen.line(`${printable(job.id)} already has these values: nothing to change.`);
    if (flags.json) printJson(out, job);
    return;
  }
  // Without a question, the edit is completed even if nobody reads the output.
  if (!isAsked(session, flags)) session.seeThrough();
  const diff = definitionDiff({ before, after, id: job.id, by: 'edited' });
  for (const line of paintDiff(screen, diff)) screen.line(line);
  if (changesSchedule(patch)) await printMove(session, { screen, job, flags });
  await confirm(session, flags);
  session.seeThrough();
  if (session.interrupted.aborted) throw new CliError('Nothing was changed.', EXIT.interrupted);
  const saved = await patchJob(api, id, patch, { ifMatch: job });
  if (flags.json) printJson(out, saved);
  else out.line(`${printable(saved.id)} is saved. ${nextRunText(saved, now())}`);
});

function patchOf({ program: { name } }: Session, flags: EditJobFlags, job: Job): PatchJob {
  const backoff = backoffFields(flags);
  const expect = expectFields(flags);
  const said = Object.entries(plainFields(flags)).some(([, value]) => value !== undefined);
  if (!said && backoff === undefined && expect === undefined && flags.reset.length === 0) {
    throw usageError(
      `Give at least one field to edit: ${name} jobs edit ${printable(job.id)} --interval 10m --name "Clean up"\n` +
        `${name} jobs edit --help shows all fields.`,
    );
  }
  return {
    ...plainFields(flags),
    // A patch replaces the whole backoff and all expectations; parts that were not given stay.
    ...(backoff === undefined ? {} : { backoff: { ...job.backoff, ...backoff } }),
    ...(expect === undefined ? {} : { expect: { ...withoutNulls(job.expect), ...expect } }),
    ...Object.fromEntries(flags.reset.map((name) => [name, null])),
  };
}

function withoutNulls(expect: Job['expect']) {
  return Object.fromEntries(Object.entries(expect ?? {}).filter(([, value]) => value !== null));
}

interface Move {
  readonly screen: Screen;
  readonly job: Job;
  readonly flags: EditJobFlags;
}

async function printMove({ api, now }: Session, { screen, job, flags }: Move): Promise<void> {
  const resets = flags.reset.filter(isScheduleField);
  const preview = await previewSchedule(api, {
    job_id: job.id,
    ...scheduleFields(flags),
    ...Object.fromEntries(resets.map((name) => [name, null])),
    count: 1,
  });
  screen.line(movedRunText(preview, now()));
}

function isAsked({ ask }: Session, { yes }: EditJobFlags): boolean {
  return ask !== undefined && yes !== true;
}

async function confirm(session: Session, flags: EditJobFlags): Promise<void> {
  if (!isAsked(session, flags)) return;
  if (!(await session.ask?.('Save the change?'))) throw new CliError('Nothing was changed.');
}
