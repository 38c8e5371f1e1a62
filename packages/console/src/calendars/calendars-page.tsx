import type { Calendar } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { useCalendars } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { useIsScoped, useMay } from '../session/session.tsx';
import { Failed, Loading } from '../ui/feedback/states.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';
import { CalendarDialog } from './calendar-dialog.tsx';
import { CalendarTable } from './calendar-table.tsx';

/**
 * The windows whose slots jobs skip or move. Only admins of all jobs change them: a change affects all jobs.
 */
export function CalendarsPage() {
  const { admin } = useMay();
  const isScoped = useIsScoped();
  const mayChange = admin && !isScoped;
  const [shown, setShown] = useState<Calendar | 'new'>();
  const { data, error, isError, refetch } = useCalendars();
  return (
    <Page
      title="Calendars"
      lead="Windows of time, such as weekends or holidays. Jobs skip the slots inside them, or move them to the end."
      actions={mayChange ? <Button onClick={() => setShown('new')}>New calendar</Button> : undefined}
    >
      <Panel title="Calendars of jobs">
        {isError && data === undefined ? <Failed error={error} onRetry={() => void refetch()} /> : null}
        {data === undefined && !isError ? <Loading rows={3} /> : null}
        {data?.length === 0 ? <p className={blocks.quiet}>No calendars</p> : null}
        {data !== undefined && data.length > 0 ? (
          <CalendarTable calendars={data} onEdit={mayChange ? setShown : undefined} />
        ) : null}
      </Panel>
      {mayChange ? (
        <CalendarDialog
          calendar={shown}
          ids={(data ?? []).map(({ id }) => id)}
          onClose={() => setShown(undefined)}
        />
      ) : null}
    </Page>
  );
}
