import { VisuallyHidden } from '@mantine/core';
import { useCallback, useMemo, useState } from 'react';
import type { JobMark } from '../data/job-mark.ts';
import { JobDialogs } from '../job-dialogs/job-dialogs.tsx';
import { useJobQuestion } from '../job-dialogs/use-job-question.ts';
import { RunRowDialog } from '../run-now/run-row-dialog.tsx';
import { KeepFocus } from '../ui/feedback/keep-focus.tsx';
import { Failed } from '../ui/feedback/states.tsx';
import type { Look } from '../views/look.ts';
import classes from './bulk/bulk-bar.module.css';
import { BulkBar } from './bulk/bulk-bar.tsx';
import { type BulkKind, latestMarks } from './bulk/bulk-order.ts';
import { useBulk } from './bulk/use-bulk.ts';
import { useJobCommands } from './cells/job-commands.ts';
import { type FilterChange, isFiltered, type JobFilters } from './filter/filters.ts';
import { FirstLoading, NoJobs, NothingFits } from './list-states.tsx';
import { useShownFilters } from './pages/use-job-pages.ts';
import {
  EMPTY_SELECTION,
  removeJobs,
  type Selection,
  selectedJobs,
  updateVersions,
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
  const work = useListWork();
  const { loaded, bulk, asking, running, setRunning, commands, selection, setSelection, onAsk } = work;
  const { first, shown } = useShownFilters(props.filters);
  const unseen = useMemo(() => unseenCount(selection, loaded), [selection, loaded]);
  return (
    <>
      <Listed {...props} work={work} first={first} shown={shown} />
      <VisuallyHidden role="status">{countText(first.data)}</VisuallyHidden>
      <KeepFocus className={classes.box} label="Actions on selected jobs">
        <BulkBar
          bulk={bulk}
          count={selection.size}
          unseen={unseen}
          mayDelete={commands.may.admin}
          onAsk={onAsk}
          onClear={() => setSelection(() => EMPTY_SELECTION)}
        />
        <RunRowDialog
          id={running.job?.id}
          opened={running.isOpen}
          onClose={() => setRunning((before) => ({ ...before, isOpen: false }))}
        />
        <JobDialogs
          asking={asking}
          bulk={{
            pause: (jobs, pause) => bulk.start({ kind: 'pause', jobs, pause }),
            remove: (jobs) => bulk.start({ kind: 'delete', jobs }),
          }}
          onDeleted={(job) => setSelection((known) => removeJobs(known, [job]))}
        />
      </KeepFocus>
    </>
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

/** The selection, and the actions on it or on one row. */
function useListWork() {
  const [loaded, setLoaded] = useState<readonly JobMark[]>([]);
  const [selection, setSelection] = useSelection();
  const bulk = useBulk((result) =>
    setSelection((known) => updateVersions(removeJobs(known, result.done), latestMarks(result))),
  );
  const asking = useJobQuestion();
  const { ask } = asking;
  const [running, setRunning] = useState<RunQuestion>({ isOpen: false });
  const commands = useJobCommands({
    ask: useCallback((what, job) => ask({ what, jobs: [job], isBulk: false }), [ask]),
    askToRun: useCallback((job) => setRunning({ job, isOpen: true }), []),
  });
  const onAsk = (what: BulkKind): void => {
    const jobs = selectedJobs(selection, loaded);
    if (what === 'resume') bulk.start({ kind: what, jobs });
    else ask({ what, jobs, isBulk: true });
  };
  return { loaded, setLoaded, selection, setSelection, bulk, asking, running, setRunning, commands, onAsk };
}

interface ListedProps extends JobListProps, ReturnType<typeof useShownFilters> {
  readonly work: ReturnType<typeof useListWork>;
}

const NO_FILTERS: FilterChange = { q: undefined, type: undefined, status: undefined, health: undefined };

function Listed({ filters, changeFilters, isSmall, look, work, first, shown }: ListedProps) {
  const { commands, selection, setSelection, setLoaded } = work;
  if (first.isError && first.data === undefined) {
    return <Failed error={first.error} onRetry={() => void first.refetch()} />;
  }
  if (shown === undefined) return <FirstLoading />;
  if (first.data?.data.length === 0) {
    return isFiltered(filters) ? <NothingFits onClear={() => changeFilters(NO_FILTERS)} /> : <NoJobs />;
  }
  const selecting = { selection, onChange: (next: typeof selection) => setSelection(() => next) };
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
