import type { PatchJob } from '@greenvue/jobs/client';
import { type Budget, EXPECT_PARTS, type Watching } from '../parts/watch-draft.ts';

type FieldText = readonly [pointer: string, text: string | undefined];

/** The text of each field, in the order of the form. */
export function watchingTexts({ tags, pauseAfter, expect, alerts }: Watching): readonly FieldText[] {
  return [
    ['/tags', namesText(tags)],
    ['/pause_after', budgetText(pauseAfter)],
    ...EXPECT_PARTS.map((part): FieldText => [`/expect/${part}`, expect[part]]),
    ['/alerts', namesText(alerts)],
  ];
}

function namesText(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : names.join(', ');
}

/** A failure budget in a few words. */
function budgetText(budget: Budget | 'none' | undefined): string {
  if (budget === undefined) return "the job type's";
  if (budget === 'none') return 'none';
  const { failures, of_last: ofLast } = budget;
  return ofLast === failures ? `${failures} in a row` : `${failures} of the last ${ofLast}`;
}

/** The part of a merge patch that changes how a job is watched. */
export function watchingPatch(before: Watching, after: Watching): PatchJob {
  const { tags, pauseAfter, expect, alerts } = after;
  return {
    ...(isSame(before.tags, tags) ? {} : { tags: tags.length === 0 ? null : [...tags] }),
    ...(isSameBudget(before, after) ? {} : { pause_after: pauseAfter ?? null }),
    ...(isSameExpect(before, after) ? {} : { expect: Object.keys(expect).length === 0 ? null : expect }),
    ...(isSame(before.alerts, alerts) ? {} : { alerts: alerts.length === 0 ? null : [...alerts] }),
  };
}

/** Applies the user's edit to the saved job: fields that `mine` did not change stay theirs. */
export function mergeWatching({
  base,
  mine,
  theirs,
}: {
  readonly base: Watching;
  readonly mine: Watching;
  readonly theirs: Watching;
}): Watching {
  const expect = EXPECT_PARTS.flatMap((part) => {
    const value = base.expect[part] === mine.expect[part] ? theirs.expect[part] : mine.expect[part];
    return value === undefined ? [] : [[part, value] as const];
  });
  return {
    tags: isSame(base.tags, mine.tags) ? theirs.tags : mine.tags,
    pauseAfter: isSameBudget(base, mine) ? theirs.pauseAfter : mine.pauseAfter,
    expect: Object.fromEntries(expect),
    alerts: isSame(base.alerts, mine.alerts) ? theirs.alerts : mine.alerts,
  };
}

type Names = readonly string[];

function isSame(a: Names, b: Names): boolean {
  return a.join(' ') === b.join(' ');
}

function isSameBudget(a: Watching, b: Watching): boolean {
  return budgetText(a.pauseAfter) === budgetText(b.pauseAfter);
}

function isSameExpect(a: Watching, b: Watching): boolean {
  return EXPECT_PARTS.every((part) => a.expect[part] === b.expect[part]);
}
