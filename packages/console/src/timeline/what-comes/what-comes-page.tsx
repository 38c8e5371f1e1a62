import type { Forecast } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useCallback, useMemo } from 'react';
import { useForecast } from '../../data/queries/forecast-query.ts';
import { Page } from '../../page/page.tsx';
import { useZone } from '../../ui/clock/zone.tsx';
import { Empty, NotLoaded } from '../../ui/feedback/states.tsx';
import { Fold } from '../../ui/layout/fold.tsx';
import { Panel } from '../../ui/layout/panel.tsx';
import { RANGES } from '../../ui/range/range.ts';
import { TimelineTabs } from '../timeline-tabs.tsx';
import classes from './comes.module.css';
import { ComesFilters } from './comes-filters.tsx';
import type { ComesChange, ComesView } from './comes-view.ts';
import { ForecastSummary } from './forecast-summary.tsx';
import { ForecastTable } from './forecast-table.tsx';
import { heatDays } from './heat/heat-cells.ts';
import { HeatGrid } from './heat/heat-grid.tsx';
import { Clashes, QuietTimes } from './minutes/busy-minutes.tsx';
import { HourPanel } from './minutes/hour-panel.tsx';
import { useComesView } from './use-comes-view.ts';

const HOUR_MS = 3_600_000;

/** `/timeline/what-comes`: the runs that schedules will make. The view is in the URL. */
export function WhatComesPage() {
  const [view, change] = useComesView();
  const { range, type, tag } = view;
  const query = useForecast({ hours: RANGES[range].ms / HOUR_MS, type, tag });
  return (
    <Page title="What comes" lead="The runs that schedules will make, and minutes with too many of them">
      <TimelineTabs />
      <ComesFilters view={view} onChange={change} />
      {query.data === undefined ? (
        <NotLoaded error={query.error} rows={8} onRetry={query.refetch} />
      ) : (
        <div className={classes.parts} data-outdated={query.isPlaceholderData || undefined}>
          <Parts view={view} change={change} forecast={query.data} />
        </div>
      )}
    </Page>
  );
}

interface PartsProps {
  readonly view: ComesView;
  readonly change: (change: ComesChange) => void;
  readonly forecast: Forecast;
}

function Parts({ view, change, forecast }: PartsProps) {
  const choose = useCallback((at: number) => change({ at: Math.floor(at / HOUR_MS) * HOUR_MS }), [change]);
  const hour = useChosenHour(view, forecast);
  if (forecast.jobs === 0) return <NoJobs view={view} change={change} />;
  return (
    <>
      <div className={classes.side}>
        <ForecastSummary forecast={forecast} range={view.range} />
        <Panel title="Runs in each hour">
          <HeatGrid forecast={forecast} chosen={hour?.at} onChoose={choose} />
          <Fold summary="Show as table" isLarge>
            <ForecastTable label="Runs in each hour as a table" forecast={forecast} />
          </Fold>
        </Panel>
        {hour === undefined ? null : (
          <HourPanel view={view} {...hour} onClose={() => change({ at: undefined })} />
        )}
      </div>
      <div className={classes.side}>
        <Clashes forecast={forecast} onChoose={choose} />
        <QuietTimes forecast={forecast} range={view.range} />
      </div>
    </>
  );
}

/** The hour in the URL, unless it is over: the server forecasts no past. */
function useChosenHour({ at }: ComesView, { steps, now }: Forecast) {
  const { zone } = useZone();
  return useMemo(() => {
    if (at === undefined) return undefined;
    const cell = heatDays(steps, zone)
      .flatMap(({ cells }) => cells)
      .find((one) => one !== undefined && at >= one.at && at < one.at + one.hours * HOUR_MS);
    const hour = { at: cell?.at ?? at, hours: cell?.hours ?? 1, quietAt: cell?.quietAt };
    return hour.at + hour.hours * HOUR_MS > Date.parse(now) ? hour : undefined;
  }, [at, steps, now, zone]);
}

function NoJobs({ view: { type, tag }, change }: Pick<PartsProps, 'view' | 'change'>) {
  if (type === undefined && tag === undefined)
    return <Empty title="No runs to come">No job has a schedule.</Empty>;
  return (
    <Empty
      title="No runs to come"
      action={
        <Button variant="default" onClick={() => change({ type: undefined, tag: undefined })}>
          Clear filters
        </Button>
      }
    >
      No job with a schedule has this type and this tag.
    </Empty>
  );
}
