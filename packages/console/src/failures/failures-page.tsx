import type { FailurePage } from '@greenvue/jobs/client';
import { Button, NativeSelect } from '@mantine/core';
import { useSearchParams } from 'wouter';
import { useRunFailures } from '../data/queries/failures-query.ts';
import { useJob } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { Empty, NotLoaded } from '../ui/feedback/states.tsx';
import { Help } from '../ui/help/help.tsx';
import { Instant } from '../ui/instant/instant.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { type Range, rangeWords, withRange } from '../ui/range/range.ts';
import { RangeControl } from '../ui/range/range-control.tsx';
import { useRange } from '../ui/range/use-range.ts';
import { JobLink } from '../ui/text/job-link.tsx';
import { Plain } from '../ui/text/text.tsx';
import { FailureGroups } from './failure-groups.tsx';
import classes from './failures.module.css';

const SORTS = [
  { value: '-last_seen', label: 'Newest first' },
  { value: '-count', label: 'Most frequent first' },
] as const;

type Sort = (typeof SORTS)[number]['value'];

/** Failed runs in groups, one for each cause. The range and the order are in the URL. */
export function FailuresPage() {
  const [search, setSearch] = useSearchParams();
  const [range, setRange] = useRange();
  const sort = SORTS.find(({ value }) => value === search.get('sort'))?.value ?? SORTS[0].value;
  const only = onlyIn(search);
  const choose = (order: string, which: Only): void => {
    const query = withRange(new URLSearchParams({ ...which }), range);
    if (order !== SORTS[0].value) query.set('sort', order);
    setSearch(query);
  };
  return (
    <Page
      title="Failures"
      lead={
        <>
          Failed runs in groups: runs of one group failed in the same way <Help word="fingerprint" />
        </>
      }
      actions={
        <>
          <RangeControl range={range} onChange={setRange} />
          <NativeSelect
            aria-label="Order"
            data={[...SORTS]}
            value={sort}
            onChange={(event) => choose(event.currentTarget.value, only)}
          />
        </>
      }
    >
      <OnlyNote only={only} onAll={() => choose(sort, {})} />
      <Groups range={range} sort={sort} only={only} />
    </Page>
  );
}

/** The failures of one job, or of one cause, as a link asks for them. */
interface Only {
  readonly job_id?: string;
  readonly fingerprint?: string;
}

function onlyIn(search: URLSearchParams): Only {
  const [jobId, fingerprint] = [search.get('job_id'), search.get('fingerprint')];
  return { ...(jobId ? { job_id: jobId } : {}), ...(fingerprint ? { fingerprint } : {}) };
}

function OnlyNote({ only, onAll }: { readonly only: Only; readonly onAll: () => void }) {
  const { job_id: jobId, fingerprint } = only;
  if (jobId === undefined && fingerprint === undefined) return null;
  return (
    <p className={blocks.inline}>
      <span>
        Only failures
        {jobId === undefined ? null : (
          <>
            {' '}
            of the job <JobOfId id={jobId} />
          </>
        )}
        {fingerprint === undefined ? null : (
          <>
            {' '}
            of the cause <Plain>{fingerprint}</Plain>
          </>
        )}
        .
      </span>
      <Button size="compact-sm" variant="default" onClick={onAll}>
        Show all failures
      </Button>
    </p>
  );
}

/** A job by its name; a deleted one by its id. */
function JobOfId({ id }: { readonly id: string }) {
  const { data: job } = useJob(id);
  return <JobLink id={id} name={job?.name ?? id} />;
}

interface GroupsProps {
  readonly range: Range;
  readonly sort: Sort;
  readonly only: Only;
}

function Groups({ range, sort, only }: GroupsProps) {
  const query = useRunFailures(range, { sort, ...only });
  const [first] = query.data?.pages ?? [];
  if (first === undefined) return <NotLoaded error={query.error} rows={6} onRetry={query.refetch} />;
  if (first.group_count === 0) {
    return (
      <Empty title={`No failed runs in ${rangeWords(range)}`}>
        Retried attempts of runs that succeeded later do not count. The server deletes old runs, by default
        after 30 days.
      </Empty>
    );
  }
  return (
    <div className={classes.groups} data-outdated={query.isPlaceholderData || undefined}>
      <Summary page={first} range={range} />
      <FailureGroups
        groups={query.data?.pages.flatMap(({ data }) => data) ?? []}
        of={{ range, jobId: only.job_id }}
      />
      {query.hasNextPage ? (
        <Button
          variant="default"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show more
        </Button>
      ) : null}
    </div>
  );
}

function Summary({ page, range }: { readonly page: FailurePage; readonly range: Range }) {
  const { run_count: runs, group_count: groups, counted_from: since } = page;
  return (
    <p className={blocks.quiet}>
      {counted(runs, 'failed run')} in {rangeWords(range)}, {counted(groups, 'cause')}
      {since === null ? null : (
        <>
          . Only the newest 50,000 are counted, since <Instant at={since} />
        </>
      )}
    </p>
  );
}

function counted(count: number, word: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? word : `${word}s`}`;
}
