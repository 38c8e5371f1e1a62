import type { JobHistory } from '@greenvue/jobs/client';
import type { ReactNode } from 'react';
import { type HistoryOf, useJobHistory } from '../data/queries/history-query.ts';
import { NotLoaded } from '../ui/feedback/states.tsx';
import { Fold } from '../ui/layout/fold.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { rangeWords } from '../ui/range/range.ts';
import { RangeControl } from '../ui/range/range-control.tsx';
import { useRange } from '../ui/range/use-range.ts';
import { durationText } from '../ui/schedule/duration.ts';
import { capital } from '../ui/text/capital.ts';
import { TrendCharts } from './trend-charts.tsx';
import { TrendTable } from './trend-table.tsx';
import classes from './trends.module.css';

interface TrendsPanelProps {
  /** Of a job or a type; absent: of all jobs. */
  readonly of?: HistoryOf;
  readonly className?: string | undefined;
  /** Further controls beside the range. */
  readonly aside?: ReactNode;
}

/** Success rate, durations and lateness over a range of time that the viewer chooses. */
export function TrendsPanel({ of = {}, className, aside }: TrendsPanelProps) {
  const [range, setRange] = useRange();
  const { data: history, error, refetch } = useJobHistory(of, range);
  return (
    <Panel
      title="Over time"
      className={className}
      aside={
        <>
          {aside}
          <RangeControl range={range} onChange={setRange} />
        </>
      }
    >
      {history === undefined ? (
        <NotLoaded error={error} rows={6} onRetry={refetch} />
      ) : (
        <>
          <Facts history={history} label={capital(rangeWords(range))} />
          <TrendCharts history={history} />
          <Fold summary="Show as table" isLarge>
            <TrendTable history={history} />
          </Fold>
        </>
      )}
    </Panel>
  );
}

function Facts({ history: { total }, label }: { readonly history: JobHistory; readonly label: string }) {
  const { succeeded, failed, cancelled, skipped } = total;
  return (
    <dl className={classes.facts} aria-label={label}>
      <Fact label="Success rate" value={rateText(total.success_rate)}>
        {succeeded.toLocaleString('en')} succeeded, {failed.toLocaleString('en')} failed
      </Fact>
      <Fact label="Duration" value={middleText(total.duration_ms)}>
        {total.duration_ms === null
          ? 'no success'
          : `p50 of successes · p95 ${durationText(total.duration_ms.p95)}`}
      </Fact>
      <Fact label="Duration of failures" value={middleText(total.failed_duration_ms)}>
        {total.failed_duration_ms === null
          ? 'no failure'
          : `p50 · p95 ${durationText(total.failed_duration_ms.p95)}`}
      </Fact>
      <Fact label="Lateness" value={total.lateness_ms === null ? '–' : durationText(total.lateness_ms.p95)}>
        {total.lateness_ms === null ? 'nothing started' : `p95 · p50 ${durationText(total.lateness_ms.p50)}`}
      </Fact>
      <Fact label="Not executed" value={(cancelled + skipped).toLocaleString('en')}>
        {cancelled.toLocaleString('en')} cancelled, {skipped.toLocaleString('en')} skipped
      </Fact>
    </dl>
  );
}

interface FactProps {
  readonly label: string;
  readonly value: string;
  readonly children: ReactNode;
}

function Fact({ label, value, children }: FactProps) {
  return (
    <div className={classes.fact}>
      <dt className={classes.factLabel}>{label}</dt>
      <dd className={classes.factValue}>{value}</dd>
      <dd className={classes.factMore}>{children}</dd>
    </div>
  );
}

function middleText(ms: JobHistory['total']['duration_ms']): string {
  return ms === null ? '–' : durationText(ms.p50);
}

/** Rounded down: 100 % means that no run failed. */
export function rateText(rate: number | null): string {
  return rate === null ? '–' : `${Math.floor(rate * 1_000) / 10} %`;
}
