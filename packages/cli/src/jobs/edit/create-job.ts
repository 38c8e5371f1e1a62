import { type CreateJob, createJob } from '@greenvue/jobs/client';
import { usageError } from '../../exit-code.ts';
import type { ApiFlags } from '../../input/flags.ts';
import { restCommand, type Session } from '../../rest/rest-command.ts';
import { onceOnly } from '../../rest/rest-fault.ts';
import { printJson } from '../../terminal/print.ts';
import { printable } from '../../terminal/printable.ts';
import { nextRunText } from '../next-run.ts';
import { backoffFields, expectFields, type JobFieldFlags, plainFields } from './job-fields.ts';

export interface CreateJobFlags extends ApiFlags, JobFieldFlags {
  readonly type: string | undefined;
  readonly file: string | undefined;
}

/** `jobs create` */
export const createJobCommand = restCommand(
  async (session, flags: CreateJobFlags, id: string | undefined) => {
    const body =
      flags.file === undefined ? bodyOfFlags(session, flags, id) : await bodyOfFile(session, flags, id);
    const job = await onceOnly(
      createJob(session.api, body),
      `${session.program.name} jobs show ${printable(body.id)}`,
    );
    if (flags.json) printJson(session.out, job);
    else session.out.line(`${printable(job.id)} is created. ${nextRunText(job, session.now())}`);
  },
);

function bodyOfFlags({ program }: Session, flags: CreateJobFlags, id: string | undefined): CreateJob {
  const { name, type } = flags;
  if (id === undefined || name === undefined || type === undefined) {
    const missing = Object.entries({ 'the id': id, '--name': name, '--type': type })
      .filter(([, value]) => value === undefined)
      .map(([what]) => what);
    throw usageError(
      `Add ${missing.join(', ')}. A job needs an id, --name, --type and a schedule (--interval, --cron, --rrule, --run-at or --on-demand), or -f with a file.\n` +
        `  ${program.name} jobs create nightly-cleanup --name "Clean up" --type cleanup --interval 24h\n` +
        `${program.name} types lists the job types.`,
    );
  }
  const backoff = backoffFields(flags);
  const expect = expectFields(flags);
  return {
    ...plainFields(flags),
    id,
    name,
    type,
    ...(backoff === undefined ? {} : { backoff }),
    ...(expect === undefined ? {} : { expect }),
  };
}

async function bodyOfFile(
  session: Session,
  flags: CreateJobFlags,
  id: string | undefined,
): Promise<CreateJob> {
  const { file = '-', type } = flags;
  const given = [id, type, backoffFields(flags), expectFields(flags), ...Object.values(plainFields(flags))];
  if (given.some((value) => value !== undefined)) {
    throw usageError(
      'With -f, the file has all fields of the job: omit the id and the other flags, or omit -f.',
    );
  }
  const { readJobs } = await import('../apply/read-jobs.ts');
  const [job, another] = readJobs(await session.readText(file), file);
  if (job === undefined)
    throw usageError(
      `There is no job in ${printable(file)}. Write one with an id and other fields, such as id: nightly-cleanup`,
    );
  if (another !== undefined) {
    throw usageError(
      `There are several jobs in ${printable(file)}: use ${session.program.name} jobs apply -f, which applies all of them.`,
    );
  }
  return job.body;
}
