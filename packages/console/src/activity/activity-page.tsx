import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { useLocation } from 'wouter';
import { useAudit, useJobTypes } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { Empty, NotLoaded } from '../ui/feedback/states.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { ActivityFilterBar } from './activity-filter-bar.tsx';
import { type ActivityFilters, auditQuery, writeActivityFilters } from './activity-filters.ts';
import { auditEntries } from './entries/audit-changes.ts';
import { AuditList } from './entries/audit-list.tsx';
import { useActivityFilters } from './use-activity-filters.ts';
import { useAuditExport } from './use-audit-export.ts';

const PAGE_CHANGES = 100;
const EVERY_MS = 10_000;

/** Who changed which job or run, newest first. The filters are in the URL. */
export function ActivityPage() {
  const [filters, change] = useActivityFilters();
  const [, navigate] = useLocation();
  const audit = useAudit(
    { filters, limit: PAGE_CHANGES },
    (now) => ({ ...auditQuery(filters, now), limit: PAGE_CHANGES }),
    EVERY_MS,
  );
  const { data: types } = useJobTypes();
  const records = useMemo(() => audit.data?.pages.flatMap((page) => page.data), [audit.data]);
  const entries = useMemo(
    () => (records === undefined ? undefined : auditEntries(records, types ?? [])),
    [records, types],
  );
  const clear = () => navigate('/activity');
  return (
    <Page
      title="Activity"
      lead="Who changed which job or run, newest first"
      actions={<ExportButton filters={filters} />}
    >
      <ActivityFilterBar filters={filters} records={records ?? []} onChange={change} onClear={clear} />
      <Panel title="Changes">
        {entries === undefined ? (
          <NotLoaded error={audit.error} rows={8} onRetry={() => void audit.refetch()} />
        ) : (
          <>
            {entries.length === 0 ? <NoChanges filters={filters} onClear={clear} /> : null}
            <AuditList entries={entries} more={audit} />
          </>
        )}
      </Panel>
    </Page>
  );
}

interface NoChangesProps {
  readonly filters: ActivityFilters;
  readonly onClear: () => void;
}

function NoChanges({ filters, onClear }: NoChangesProps) {
  if (writeActivityFilters(filters) === '')
    return <Empty title="No changes yet">Each change of a job or a run is listed here.</Empty>;
  return (
    <Empty
      title="No changes found"
      action={
        <Button variant="default" onClick={onClear}>
          Clear filters
        </Button>
      }
    >
      No change fits all filters.
    </Empty>
  );
}

function ExportButton({ filters }: Pick<NoChangesProps, 'filters'>) {
  const { mutate, isPending } = useAuditExport();
  return (
    <Button variant="default" loading={isPending} onClick={() => mutate(auditQuery(filters, Date.now()))}>
      Export CSV
    </Button>
  );
}
