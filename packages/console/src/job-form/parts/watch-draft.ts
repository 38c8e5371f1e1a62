import type { CreateJob, Fault, Job } from '@greenvue/jobs/client';
import { readNumber } from '../payload/payload-draft.ts';

/** The expectations of a job, in the order of the form. */
export const EXPECT_PARTS = ['success_within', 'duration', 'start_within'] as const;
export type ExpectPart = (typeof EXPECT_PARTS)[number];

/** The parts of a failure budget. */
export const BUDGET_PARTS = ['failures', 'of_last'] as const;
export type BudgetPart = (typeof BUDGET_PARTS)[number];

export interface Budget {
  readonly failures: number;
  readonly of_last: number;
}

/** How a job is labelled and watched, as a request body. Names are sorted. */
export interface Watching {
  readonly tags: readonly string[];
  /** Undefined: the job type's. */
  readonly pauseAfter: Budget | 'none' | undefined;
  readonly expect: Readonly<Partial<Record<ExpectPart, string>>>;
  readonly alerts: readonly string[];
}

/** {@link Watching} with texts as they were typed. */
export interface WatchDraft {
  /** Between commas or blanks. */
  readonly tags: string;
  /** Where the failure budget comes from. */
  readonly budgetOf: 'type' | 'job' | 'none';
  readonly budget: Readonly<Record<BudgetPart, string>>;
  readonly expect: Readonly<Record<ExpectPart, string>>;
  readonly alerts: string;
}

const NO_BUDGET = { failures: '', of_last: '' } as const;

export const NEW_WATCHING: WatchDraft = {
  tags: '',
  budgetOf: 'type',
  budget: NO_BUDGET,
  expect: { success_within: '', duration: '', start_within: '' },
  alerts: '',
};

/** How an existing job is watched. */
export function watchingOf(job: Job): Watching {
  const { success_within = null, duration = null, start_within = null } = job.expect ?? {};
  return {
    tags: job.tags,
    pauseAfter: job.pause_after,
    expect: {
      ...(success_within === null ? {} : { success_within }),
      ...(duration === null ? {} : { duration }),
      ...(start_within === null ? {} : { start_within }),
    },
    alerts: job.alerts,
  };
}

export function watchDraft({ tags, pauseAfter, expect, alerts }: Watching): WatchDraft {
  const isOwn = typeof pauseAfter === 'object';
  return {
    tags: tags.join(', '),
    budgetOf: isOwn ? 'job' : (pauseAfter ?? 'type'),
    budget: isOwn
      ? { failures: String(pauseAfter.failures), of_last: String(pauseAfter.of_last) }
      : NO_BUDGET,
    expect: { ...NEW_WATCHING.expect, ...expect },
    alerts: alerts.join(', '),
  };
}

/** Reads a draft, and adds the faults that prevent sending it. */
export function readWatching(draft: WatchDraft, faults: Fault[]): Watching {
  const expect = EXPECT_PARTS.flatMap((part) => {
    const text = draft.expect[part].trim();
    return text === '' ? [] : [[part, text] as const];
  });
  return {
    tags: namesIn(draft.tags),
    pauseAfter: readBudget(draft, faults),
    expect: Object.fromEntries(expect),
    alerts: namesIn(draft.alerts),
  };
}

/** The fields of the body of POST /jobs. */
export function watchingBody({ tags, pauseAfter, expect, alerts }: Watching): Partial<CreateJob> {
  return {
    ...(tags.length === 0 ? {} : { tags: [...tags] }),
    ...(pauseAfter === undefined ? {} : { pause_after: pauseAfter }),
    ...(Object.keys(expect).length === 0 ? {} : { expect }),
    ...(alerts.length === 0 ? {} : { alerts: [...alerts] }),
  };
}

/** Sorted, each once, as the server keeps them. */
function namesIn(text: string): readonly string[] {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  return [...new Set(names)].sort();
}

function readBudget({ budgetOf, budget }: WatchDraft, faults: Fault[]): Watching['pauseAfter'] {
  if (budgetOf === 'type') return undefined;
  if (budgetOf === 'none') return 'none';
  const fault = (part: BudgetPart, detail: string) =>
    void faults.push({ pointer: `/pause_after/${part}`, detail });
  const read = (part: BudgetPart) => {
    const text = budget[part];
    const number = text.trim() === '' ? undefined : readNumber(text);
    if (text.trim() !== '' && number === undefined) fault(part, 'must be a number');
    return number;
  };
  const failures = read('failures');
  const ofLast = read('of_last') ?? failures;
  if (budget.failures.trim() === '') fault('failures', 'is required: after how many failures, such as 3');
  if (failures === undefined || ofLast === undefined) return undefined;
  return { failures, of_last: ofLast };
}
