import {
  type BulkCommand,
  type BulkJobs,
  type BulkPlan,
  type BulkRuns,
  bulkJobs,
  bulkRuns,
} from '@greenvue/jobs/client';
import { CliError, EXIT, usageError } from '../exit-code.ts';
import type { ApiFlags } from '../input/flags.ts';
import type { JobFilterFlags } from '../input/job-filter-flags.ts';
import { type RunFilterFlags, runFilterQuery } from '../input/run-filter-flags.ts';
import { restCommand, type Session } from '../rest/rest-command.ts';
import { onceOnly } from '../rest/rest-fault.ts';
import { printJson } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { showProgress } from '../terminal/show-progress.ts';
import { counted } from '../terminal/words.ts';
import { endOf, resultText } from './bulk-words.ts';
import { followBulk } from './follow-bulk.ts';

interface ManyFlags extends ApiFlags {
  readonly id: readonly string[] | undefined;
  readonly all: boolean | undefined;
  readonly dryRun: boolean | undefined;
  readonly yes: boolean | undefined;
}

export interface BulkJobsFlags extends ManyFlags, JobFilterFlags {
  readonly reason: string | undefined;
  readonly until: string | undefined;
  readonly cancelLive: boolean | undefined;
  readonly tags: readonly string[] | undefined;
}

export interface BulkRunsFlags extends ManyFlags, RunFilterFlags {
  readonly force: boolean | undefined;
}

/** `bulk jobs` */
export const bulkJobsCommand = restCommand(
  async (session, flags: BulkJobsFlags, action: BulkJobs['action']) => {
    const { type, status, health, origin, search: q, tag, reason, until } = flags;
    const filter = given({ type, status, health, origin, q, tag: filled(tag) });
    const body: BulkJobs = {
      action,
      ...whichOf(flags, filter),
      ...given({ reason, until, cancel_live: flags.cancelLive, tags: filled(flags.tags) }),
    };
    await changeMany(session, flags, {
      action,
      what: 'job',
      ask: (more) => bulkJobs(session.api, { ...body, ...more }),
    });
  },
);

/** `bulk runs` */
export const bulkRunsCommand = restCommand(
  async (session, flags: BulkRunsFlags, action: BulkRuns['action']) => {
    const { limit: _, cursor: __, ...query } = runFilterQuery(flags);
    const filter = given({ ...query, tag: filled(flags.tag) });
    const body: BulkRuns = { action, ...whichOf(flags, filter), ...given({ force: flags.force }) };
    await changeMany(session, flags, {
      action,
      what: 'run',
      ask: (more) => bulkRuns(session.api, { ...body, ...more }),
    });
  },
);

interface Change {
  readonly action: BulkCommand['action'];
  readonly what: 'job' | 'run';
  readonly ask: (more: { readonly dry_run?: boolean }) => Promise<BulkPlan>;
}

/** Says how many jobs or runs it would change and asks, unless --yes is given. Then waits for the end. */
async function changeMany(session: Session, flags: ManyFlags, { action, what, ask }: Change): Promise<void> {
  const { out, err, program, json } = { ...session, json: flags.json };
  const plan = await ask({ dry_run: true });
  if (flags.dryRun && json) return printJson(out, plan);
  (json ? err : out).line(planText(plan, what));
  if (flags.dryRun) return;
  if (changed(plan) === 0) return json ? printJson(out, noCommand(action, what)) : undefined;
  if (!flags.yes) await requireYes(session, `${wordOf(action)} ${counted(changed(plan), what)}?`);
  const { id } = await onceOnly(ask({}), `${program.name} bulk list`);
  if (id === null)
    return json ? printJson(out, noCommand(action, what)) : out.line('Nothing was left to change.');
  const show = showProgress(err, wordOf(action));
  const command = await followBulk(session, id, show);
  if (json) printJson(out, command);
  else for (const line of resultText(command)) out.line(line);
  const problem = endOf(command);
  if (problem !== undefined) throw new CliError(problem, EXIT.failed);
}

/** What --json prints when nothing matches, so that no command was started: the fields of a command. */
function noCommand(action: BulkCommand['action'], what: Change['what']) {
  return {
    id: null,
    target: `${what}s`,
    action,
    status: 'finished',
    total: 0,
    done: 0,
    failed: 0,
    failures: [],
    created_at: null,
    created_by: null,
    ended_at: null,
    cancelled_by: null,
  } satisfies { readonly [K in keyof BulkCommand]: unknown };
}

async function requireYes({ ask, program }: Session, question: string): Promise<void> {
  if (ask === undefined)
    throw usageError(
      `${program.name} can ask for confirmation only on a terminal. Add --yes to change them.`,
    );
  if (!(await ask(question))) throw new CliError('Nothing was changed.');
}

function whichOf<Filter extends object>({ id, all }: ManyFlags, filter: Filter) {
  const ids = filled(id);
  const isFiltered = Object.keys(filter).length > 0;
  return {
    ...given({ ids, filter: isFiltered ? filter : undefined }),
    ...(all ? { all: true as const } : {}),
  };
}

/** The number of jobs or runs that change: a retry leaves some runs out. */
function changed({ total, left_out: leftOut }: BulkPlan): number {
  return total - (leftOut ?? 0);
}

/** `12 jobs: nightly, hourly, weekly, …` */
function planText(plan: BulkPlan, what: 'job' | 'run'): string {
  const { total, not_found: notFound, left_out: leftOut, first } = plan;
  if (total === 0) return `No ${what} matches.`;
  const ids = first.slice(0, 3).map(({ job_id: jobId, run_id: runId }) => printable(runId ?? jobId ?? ''));
  const rest = total - notFound > ids.length ? ', …' : '';
  const without =
    notFound === 0 ? '' : ` ${counted(notFound, 'id')} of them ${notFound === 1 ? 'is' : 'are'} unknown.`;
  const done = leftOut
    ? ` ${leftOut.toLocaleString('en')} of them ${leftOut === 1 ? 'is left out: a later run has done its slot' : 'are left out: later runs have done their slots'}.`
    : '';
  return `${counted(total, what)}${ids.length === 0 ? '' : `: ${ids.join(', ')}${rest}`}.${without}${done}`;
}

function wordOf(action: string): string {
  return `${action.charAt(0).toUpperCase()}${action.slice(1)}`;
}

/** The fields that have a value. */
function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const set = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function filled(values: readonly string[] | undefined): string[] | undefined {
  return values === undefined || values.length === 0 ? undefined : [...values];
}
