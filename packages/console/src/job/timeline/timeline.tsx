import type { Job, Run } from '@greenvue/jobs/client';
import { NativeSelect } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useNow } from '../../ui/clock/now.tsx';
import { NotLoaded } from '../../ui/feedback/states.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { Panel } from '../../ui/layout/panel.tsx';
import { durationText } from '../../ui/schedule/duration.ts';
import { COLUMN_PX, type Density } from '../../ui/timeline/run-density.ts';
import type { TimelineWindow } from '../../ui/timeline/time-scale.ts';
import { useWidth } from '../../ui/timeline/use-width.ts';
import { useRecentRuns } from '../history/recent-runs.ts';
import classes from './timeline.module.css';
import { runStart, SPANS, type SpanId, spanFor, timelineLayout } from './timeline-layout.ts';
import { TimelineLegend } from './timeline-legend.tsx';
import { TimelineScrubber } from './timeline-scrubber.tsx';

interface TimelineProps {
  readonly job: Job;
  /** The known future run times. */
  readonly upcoming: readonly string[];
}

export function Timeline({ job, upcoming }: TimelineProps) {
  const now = useNow();
  const [chosen, setChosen] = useState<SpanId | undefined>(undefined);
  const recent = useRecentRuns(job.id, (runs) => reaches(runs, now - spanMs(chosen ?? spanFor(runs, now))));
  const { runs } = recent;
  if (runs === undefined) {
    return (
      <Panel title="Timeline">
        <NotLoaded error={recent.error} rows={3} onRetry={recent.retry} />
      </Panel>
    );
  }
  // Without anything to draw, the history is enough.
  if (runs.length === 0) return null;
  const span = chosen ?? spanFor(runs, now);
  return (
    <Panel
      title="Timeline"
      aside={
        <NativeSelect
          aria-label="Time range"
          data={SPANS.map(({ id, label }) => ({ value: id, label: `Last ${label}` }))}
          value={span}
          onChange={(event) => setChosen(SPANS.find(({ id }) => id === event.currentTarget.value)?.id)}
        />
      }
    >
      <Drawing runs={runs} span={span} hasOlder={recent.hasOlder} upcoming={upcoming} now={now} />
    </Panel>
  );
}

interface DrawingProps {
  readonly runs: readonly Run[];
  readonly span: SpanId;
  readonly hasOlder: boolean;
  readonly upcoming: readonly string[];
  readonly now: number;
}

/** The share of the width for the future. */
const AHEAD = 0.06;

function Drawing({ runs, span, hasOlder, upcoming, now }: DrawingProps) {
  const [ref, width] = useWidth();
  // Time moves by whole pixels, so that a long span is not rendered every second.
  const step = Math.max(1_000, spanMs(span) / Math.max(width, 1));
  const until = Math.ceil(now / step) * step;
  const window = useMemo<TimelineWindow>(
    () => ({ from: until - spanMs(span), to: until + spanMs(span) * AHEAD, width }),
    [until, span, width],
  );
  const layout = useMemo(() => timelineLayout(runs, window, until), [runs, window, until]);
  const oldest = runs.at(-1);
  const knownFrom = hasOlder && oldest !== undefined ? runStart(oldest) : undefined;
  return (
    <div ref={ref} className={classes.timeline}>
      {width === 0 ? null : (
        <TimelineScrubber
          layout={layout}
          window={window}
          now={until}
          knownFrom={knownFrom}
          upcoming={upcoming}
          spanLabel={SPANS.find(({ id }) => id === span)?.label ?? ''}
        />
      )}
      <TimelineLegend />
      {layout.density === undefined ? null : (
        <p className={blocks.quiet}>{densityText(layout.density, window)}</p>
      )}
      {knownFrom === undefined || knownFrom <= window.from ? null : (
        <p className={blocks.quiet}>
          Only the newest {runs.length.toLocaleString('en')} runs are shown. The history below has older ones.
        </p>
      )}
    </div>
  );
}

function spanMs(span: SpanId): number {
  return SPANS.find(({ id }) => id === span)?.ms ?? 0;
}

function reaches(runs: readonly Run[], from: number): boolean {
  const oldest = runs.at(-1);
  return oldest === undefined || runStart(oldest) <= from;
}

function densityText({ most }: Density, { from, to, width }: TimelineWindow): string {
  const length = durationText(((to - from) / width) * COLUMN_PX);
  return `Many runs: each column counts the runs of ${length}. The highest column has ${most}.`;
}
