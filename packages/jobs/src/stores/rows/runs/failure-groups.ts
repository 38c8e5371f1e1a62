import { type FailurePage, type FailureQuery, MOST_FAILURES } from '../../../core/store/failure-views.ts';
import type { Cursor } from '../../../core/store/store-views.ts';

/** A group as it is counted. `sample`: the id of its newest run. */
export interface CountedGroup {
  readonly fingerprint: string;
  readonly count: number;
  readonly jobCount: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly sample: number;
}

export interface GroupPage extends Omit<FailurePage, 'groups'> {
  readonly rows: readonly CountedGroup[];
}

/** One page of all groups, in the order of the query. The id of the sample makes the order total. */
export function groupPage(
  groups: readonly CountedGroup[],
  { sort, limit, after }: Pick<FailureQuery, 'sort' | 'limit' | 'after'>,
): GroupPage {
  const rankOf = ({ count, lastAt }: CountedGroup) => (sort === 'count' ? count : lastAt);
  const sorted = groups.toSorted((a, b) => rankOf(b) - rankOf(a) || b.sample - a.sample);
  const follows = (group: CountedGroup, { value, key }: Cursor) =>
    rankOf(group) - Number(value) || group.sample - Number(key);
  const left = after === undefined ? sorted : sorted.filter((group) => follows(group, after) < 0);
  const rows = left.slice(0, limit);
  const last = rows.at(-1);
  const runCount = groups.reduce((sum, { count }) => sum + count, 0);
  return {
    rows,
    groupCount: groups.length,
    runCount,
    ...(left.length > limit && last !== undefined
      ? { next: { value: rankOf(last), key: String(last.sample) } }
      : {}),
    ...(runCount >= MOST_FAILURES ? { countedFrom: Math.min(...groups.map(({ firstAt }) => firstAt)) } : {}),
  };
}
