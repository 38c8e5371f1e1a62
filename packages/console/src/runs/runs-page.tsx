import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import classes from '../bulk/bulk.module.css';
import { BulkStatus } from '../bulk/bulk-status.tsx';
import { type Bulk, useBulk } from '../bulk/use-bulk.ts';
import { useRunSearch } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { KeepFocus } from '../ui/feedback/keep-focus.tsx';
import { Empty } from '../ui/feedback/states.tsx';
import { ListTools } from '../views/list-tools.tsx';
import { keepLook, type Look, shownColumns } from '../views/look.ts';
import { useLook } from '../views/use-look.ts';
import { RunActions } from './bulk/run-actions.tsx';
import { RunFilterBar } from './filter/run-filter-bar.tsx';
import { type RunFilters, runsQuery, writeFilters } from './filter/run-filters.ts';
import { useRunFilters } from './filter/use-run-filters.ts';
import { useChoosing } from './table/choosing.ts';
import { PagedRuns } from './table/paged-runs.tsx';
import { RUN_COLUMNS, runColumns } from './table/run-columns.tsx';
import { useRunExport } from './use-run-export.ts';

const PAGE_RUNS = 200;

/** The runs of all jobs, newest first. The filters are in the URL. */
export function RunsPage() {
  const [filters, change] = useRunFilters();
  const bulk = useBulk();
  const [, navigate] = useLocation();
  const { look, change: changeLook } = useLook('runs', RUN_COLUMNS);
  const clear = (): void => {
    const kept = keepLook('', location.search);
    navigate(kept === '' ? '/runs' : `/runs?${kept}`);
  };
  return (
    <Page
      title="Runs"
      lead="Of all jobs, newest first"
      actions={<RunsActions filters={filters} bulk={bulk} />}
    >
      <RunFilterBar
        filters={filters}
        onChange={change}
        onClear={clear}
        tools={
          <ListTools
            list="runs"
            query={writeFilters(filters)}
            columns={RUN_COLUMNS}
            look={look}
            onLook={changeLook}
          />
        }
      />
      <KeepFocus className={classes.box} label="Commands on many jobs or runs">
        <BulkStatus bulk={bulk} />
      </KeepFocus>
      <Rows filters={filters} look={look} onClear={clear} />
    </Page>
  );
}

interface RowsProps {
  readonly filters: RunFilters;
  readonly onClear: () => void;
}

function Rows({ filters, look, onClear }: RowsProps & { readonly look: Look }) {
  const columns = useMemo(() => runColumns(shownColumns(RUN_COLUMNS, look.columns)), [look.columns]);
  const choosing = useChoosing();
  const query = useRunSearch({ filters, limit: PAGE_RUNS }, (now) => ({
    ...runsQuery(filters, now),
    limit: PAGE_RUNS,
  }));
  return (
    <PagedRuns
      // A search that continues belongs to its filters.
      key={writeFilters(filters)}
      label="Runs of all jobs"
      query={query}
      none={<NoRuns filters={filters} onClear={onClear} />}
      choosing={choosing}
      columns={columns}
      isCompact={look.isCompact}
    />
  );
}

function NoRuns({ filters, onClear }: RowsProps) {
  if (writeFilters(filters) === '')
    return <Empty title="No runs yet">Each run of a job is listed here when it is queued.</Empty>;
  return (
    <Empty
      title="No runs found"
      action={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    >
      No run fits all filters. The server deletes old runs: by default, it keeps the last 1,000 runs of each
      job for 30 days.
    </Empty>
  );
}

function RunsActions({ filters, bulk }: Pick<RowsProps, 'filters'> & { readonly bulk: Bulk }) {
  return (
    <>
      <RunActions filters={filters} bulk={bulk} />
      <ExportButtons filters={filters} />
    </>
  );
}

function ExportButtons({ filters }: Pick<RowsProps, 'filters'>) {
  const { mutate, isPending, variables } = useRunExport();
  const download = (format: 'csv' | 'json') => mutate({ format, query: runsQuery(filters, Date.now()) });
  return (
    <>
      <Button
        variant="default"
        disabled={isPending}
        loading={isPending && variables?.format === 'csv'}
        onClick={() => download('csv')}
      >
        Export CSV
      </Button>
      <Button
        variant="default"
        disabled={isPending}
        loading={isPending && variables?.format === 'json'}
        onClick={() => download('json')}
      >
        Export NDJSON
      </Button>
    </>
  );
}
