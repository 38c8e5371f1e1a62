import { VisuallyHidden } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import classes from '../bulk/bulk.module.css';
import { BulkStatus } from '../bulk/bulk-status.tsx';
import { useBulk } from '../bulk/use-bulk.ts';
import type { BulkSelection } from '../bulk/use-bulk-plan.ts';
import type { JobMark } from '../data/job-mark.ts';
import { JobDialogs } from '../job-dialogs/job-dialogs.tsx';
import { useJobQuestion } from '../job-dialogs/use-job-question.ts';
import { RunRowDialog } from '../run-now/run-row-dialog.tsx';
import { KeepFocus } from '../ui/feedback/keep-focus.tsx';
import { Failed } from '../ui/feedback/states.tsx';
import type { Look } from '../views/look.ts';
import { BulkBar, type BulkKind } from './bulk/bulk-bar.tsx';
import { bulkJobsBody, failedOnes, idsOf, type JobOrder, matchingOf } from './bulk/job-choice.ts';
import { useMatching } from './bulk/use-matching.ts';
import { useJobCommands } from './cells/job-commands.ts';
import { type FilterChange, isFiltered, type JobFilters } from './filter/filters.ts';
import { FirstLoading, NoJobs, NothingFits } from './list-states.tsx';
import { useShownFilters } from './pages/use-job-pages.ts';
import {
  addJobs,
  EMPTY_SELECTION,
  removeJobs,
  type Selection,
  selectedJobs,
  selectedOf,
} from './selection/selection.ts';
import { useSelection } from './selection/use-selection.ts';
import { JobTable } from './table/job-table.tsx';

interface JobListProps {
  readonly filters: JobFilters;
  readonly changeFilters: (change: FilterChange) => void;
  readonly isSmall: boolean;
  readonly look: Look;
}

/** The filtered jobs with their actions, or why there are none. */
export function JobList(props: JobListProps) {
  const { first, shown } = useShownFilters(props.filters);
  const hasMore = first.data !== undefined && first.data.next_cursor !== null;
  const work = useListWork(props.filters, hasMore);
  const { bulk, asking, running, setRunning, startMany, setSelection } = work;
  return (
    <>
      <Listed {...props} work={work} first={first} shown={shown} />
      <VisuallyHidden role="status">{countText(first.data)}</VisuallyHidden>
      <KeepFocus className={classes.box} label="Actions on selected jobs">
        <BulkStatus bulk={bulk} />
        <Choice work={work} />
        <RunRowDialog
          id={running.job?.id}
          opened={running.isOpen}
          onClose={() => setRunning((before) => ({ ...before, isOpen: false }))}
        />
        <JobDialogs
          asking={asking}
          bulk={{
            pause: (which, pause) => startMany({ action: 'pause', pause }, which),
            resume: (which) => startMany({ action: 'resume' }, which),
            remove: (which) => startMany({ action: 'delete' }, which),
          }}
          onDeleted={(job) => setSelection((known) => removeJobs(known, [job]))}
        />
      </KeepFocus>
    </>
  );
}

/** The selected jobs with their actions, while no command runs. */
function Choice({ work }: { readonly work: ReturnType<typeof useListWork> }) {
  const { bulk, loaded, selection, matching, commands, onAsk, clear } = work;
  const unseen = useMemo(() => unseenCount(selection, loaded), [selection, loaded]);
  if (bulk.isRunning || selection.size === 0) return null;
  const { isAll, count } = matching;
  return (
    <BulkBar
      count={isAll ? count : selection.size}
      unseen={unseen}
      isMatching={isAll}
      matching={!isAll && count > selection.size ? count : undefined}
      mayDelete={commands.may.admin}
      onSelectMatching={matching.selectAll}
      onAsk={onAsk}
      onClear={clear}
    />
  );
}

/** How many selected jobs are not among the loaded rows. */
function unseenCount(selection: Selection, rows: readonly JobMark[]): number {
  if (selection.size === 0) return 0;
  return selection.size - rows.filter(({ id }) => selection.has(id)).length;
}

/** The question before a run. The job stays while the dialog closes. */
interface RunQuestion {
  readonly job?: JobMark;
  readonly isOpen: boolean;
}

/** The selection, and the actions on it or on one row. `hasMore`: more than one page of jobs matches. */
function useListWork(filters: JobFilters, hasMore: boolean) {
  const [loaded, setLoaded] = useState<readonly JobMark[]>([]);
  const [chosen, setSelection] = useSelection();
  const bulk = useBulk((command) => {
    matching.clear();
    setSelection((known) => failedOnes(known, command));
  });
  const asking = useJobQuestion();
  const { ask } = asking;
  const [running, setRunning] = useState<RunQuestion>({ isOpen: false });
  const commands = useJobCommands({
    ask: useCallback((what, job) => ask({ what, jobs: [job] }), [ask]),
    askToRun: useCallback((job) => setRunning({ job, isOpen: true }), []),
  });
  const isWhole = hasMore && selectedOf(chosen, loaded) === 'all';
  const matching = useMatching(filters, isWhole && commands.may.operate);
  const { isAll } = matching;
  const selection = useMemo(() => (isAll ? addJobs(chosen, loaded) : chosen), [isAll, chosen, loaded]);
  const startMany = (order: JobOrder, which: BulkSelection): void =>
    bulk.start({ target: 'jobs', body: bulkJobsBody(order, which) });
  const onAsk = (what: BulkKind): void => {
    const jobs = selectedJobs(selection, loaded);
    const which = isAll ? matchingOf(filters) : idsOf(jobs);
    ask({ what, jobs, which });
  };
  const clear = (): void => {
    matching.clear();
    setSelection(() => EMPTY_SELECTION);
  };
  const list = { loaded, setLoaded, selection, setSelection, matching, clear };
  return { ...list, bulk, asking, running, setRunning, commands, startMany, onAsk };
}

interface ListedProps extends JobListProps, ReturnType<typeof useShownFilters> {
  readonly work: ReturnType<typeof useListWork>;
}

const NO_FILTERS: FilterChange = {
  q: undefined,
  type: undefined,
  tag: undefined,
  status: undefined,
  health: undefined,
};

function Listed({ filters, changeFilters, isSmall, look, work, first, shown }: ListedProps) {
  const { commands, selection, setSelection, setLoaded, matching } = work;
  if (first.isError && first.data === undefined) {
    return <Failed error={first.error} onRetry={() => void first.refetch()} />;
  }
  if (shown === undefined) return <FirstLoading />;
  if (first.data?.data.length === 0) {
    return isFiltered(filters) ? <NothingFits onClear={() => changeFilters(NO_FILTERS)} /> : <NoJobs />;
  }
  const onChange = (next: typeof selection): void => {
    matching.clear();
    setSelection(() => next);
  };
  const selecting = { selection, onChange };
  return (
    <JobTable
      filters={shown}
      onSort={(sort) => changeFilters({ sort })}
      commands={commands}
      selecting={commands.may.operate ? selecting : undefined}
      isOutdated={shown !== filters}
      isSmall={isSmall}
      look={look}
      onLoaded={setLoaded}
    />
  );
}

interface FirstPage {
  readonly data: readonly unknown[];
  readonly next_cursor: string | null;
}

/** The number of matching jobs, for screen readers. */
function countText(page: FirstPage | undefined): string {
  if (page === undefined) return '';
  const count = page.data.length;
  return `${count}${page.next_cursor === null ? '' : ' or more'} ${count === 1 ? 'job' : 'jobs'} found`;
}
