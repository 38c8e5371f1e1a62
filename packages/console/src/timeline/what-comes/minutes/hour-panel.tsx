import type { Forecast } from '@greenvue/jobs/client';
import { Button, Table } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { Link } from 'wouter';
import { useForecast } from '../../../data/queries/forecast-query.ts';
import { useMay } from '../../../session/session.tsx';
import { clockText } from '../../../ui/clock/time-text.ts';
import { useZone } from '../../../ui/clock/zone.tsx';
import { NotLoaded } from '../../../ui/feedback/states.tsx';
import blocks from '../../../ui/layout/blocks.module.css';
import { Fold } from '../../../ui/layout/fold.tsx';
import { Panel } from '../../../ui/layout/panel.tsx';
import { jobPath } from '../../../ui/paths.ts';
import { durationText } from '../../../ui/schedule/duration.ts';
import { ScrolledTable } from '../../../ui/table/scrolled-table.tsx';
import { Plain } from '../../../ui/text/text.tsx';
import classes from '../comes.module.css';
import type { ComesView } from '../comes-view.ts';
import { ForecastTable } from '../forecast-table.tsx';
import { hourText, runsText } from '../heat/heat-words.ts';
import { AddHere } from './add-here.tsx';
import { MinuteBars } from './minute-bars.tsx';

const MOST_JOBS = 100;
const TITLES = ['First', 'Job', 'Type', 'Runs', 'Usually takes'];

interface HourPanelProps {
  readonly view: ComesView;
  /** The start of the hour (ms). */
  readonly at: number;
  readonly hours: number;
  /** Its quietest minute (RFC 3339), if it is known. */
  readonly quietAt: string | undefined;
  readonly onClose: () => void;
}

/** One hour: its minutes, and which jobs run in it. */
export function HourPanel({ view: { type, tag }, at, hours, quietAt, onClose }: HourPanelProps) {
  const { zone } = useZone();
  const { data, error, isPlaceholderData, refetch } = useForecast({
    from: new Date(at).toISOString(),
    hours,
    step: 'minute',
    jobs: MOST_JOBS,
    type,
    tag,
  });
  const part = useRef<HTMLDivElement>(null);
  // On a small screen, the hour is below the drawing.
  useEffect(() => {
    if (Number.isFinite(at)) part.current?.scrollIntoView({ block: 'nearest' });
  }, [at]);
  return (
    <div ref={part}>
      <Panel
        title={hourText(at, hours, zone)}
        aside={
          <Button size="compact-sm" variant="subtle" onClick={onClose}>
            Close
          </Button>
        }
      >
        {data === undefined ? (
          <NotLoaded error={error} rows={5} onRetry={refetch} />
        ) : (
          <div className={classes.hour} data-outdated={isPlaceholderData || undefined}>
            <Summary forecast={data} quietAt={quietAt} />
            <MinuteBars forecast={data} />
            <Jobs listed={data.listed} />
            <Fold summary="Minutes as a table" isLarge>
              <ForecastTable label="Runs in each minute" forecast={data} />
            </Fold>
          </div>
        )}
      </Panel>
    </div>
  );
}

interface SummaryProps extends Pick<HourPanelProps, 'quietAt'> {
  readonly forecast: Forecast;
}

function Summary({ forecast, quietAt }: SummaryProps) {
  const { runs, busy_ms: busyMs, sampled, paused } = forecast;
  const { admin } = useMay();
  return (
    <div className={classes.hourLead}>
      <p className={classes.lead}>
        {sampled ? 'About ' : ''}
        {runsText(runs)}
        {busyMs === 0 ? '' : `, which usually take ${durationText(busyMs)} together`}
        {paused.runs === 0 ? '' : `; paused jobs would add ${runsText(paused.runs)}`}.
        {sampled ? ' Estimated from some of the jobs.' : ''}
      </p>
      {admin && quietAt !== undefined ? <AddHere at={Date.parse(quietAt)} /> : null}
    </div>
  );
}

function Jobs({ listed }: { readonly listed: Forecast['listed'] }) {
  const { zone } = useZone();
  if (listed.length === 0) return <p className={blocks.quiet}>No job runs in this time.</p>;
  const byTime = listed.toSorted(
    (a, b) => Date.parse(a.first_at) - Date.parse(b.first_at) || b.runs - a.runs,
  );
  return (
    <>
      <ScrolledTable label="Jobs that run in this time" titles={TITLES}>
        {byTime.map((job) => (
          <Table.Tr key={job.id} className={job.paused ? classes.paused : undefined}>
            <Table.Td>{clockText(Date.parse(job.first_at), zone)}</Table.Td>
            <Table.Td>
              <Link href={jobPath(job.id)}>
                <Plain>{job.name}</Plain>
              </Link>
              {job.paused ? ' (paused)' : ''}
            </Table.Td>
            <Table.Td>
              <Plain>{job.type}</Plain>
            </Table.Td>
            <Table.Td>{job.runs.toLocaleString('en')}</Table.Td>
            <Table.Td>{job.typical_ms === null ? '–' : durationText(job.typical_ms)}</Table.Td>
          </Table.Tr>
        ))}
      </ScrolledTable>
      {listed.length < MOST_JOBS ? null : (
        <p className={blocks.quiet}>
          Only the {MOST_JOBS} jobs with the most runs are listed. Choose a type or a tag to see others.
        </p>
      )}
    </>
  );
}
