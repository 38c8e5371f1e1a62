import type { RunTimeline } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useRunTimeline } from '../../data/queries/timeline-query.ts';
import { Page } from '../../page/page.tsx';
import { useTicker } from '../../ui/clock/now.tsx';
import { Empty, NotLoaded } from '../../ui/feedback/states.tsx';
import { Instant } from '../../ui/instant/instant.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { Fold } from '../../ui/layout/fold.tsx';
import { Panel } from '../../ui/layout/panel.tsx';
import { TimelineTabs } from '../timeline-tabs.tsx';
import classes from './ran.module.css';
import { RanControls } from './ran-controls.tsx';
import { RanLegend } from './ran-legend.tsx';
import { RanTable } from './ran-table.tsx';
import {
  type Bounds,
  between,
  boundsOf,
  MOST_ROWS,
  type RanChange,
  type RanView,
  ROWS,
  zoomed,
} from './ran-view.ts';
import { RanRows } from './rows/ran-rows.tsx';
import { useRanView } from './use-ran-view.ts';

/** `/timeline/what-ran`: the runs of a window of time, by job or by node. The view is in the URL. */
export function WhatRanPage() {
  const [view, change] = useRanView();
  const columns = useColumns();
  const ticker = useTicker();
  const { time, by, sort, q, type, tag, rows } = view;
  const query = useRunTimeline({
    time,
    isLive: time.kind === 'last',
    query: { by, sort: sort === 'runs' ? '-runs' : '-failed', q, type, tag, limit: rows, steps: columns },
    bounds: (now) => boundsOf(time, now, columns),
  });
  const now = ticker.exact();
  const { data } = query;
  // The window of the answer moves with the answer. The one of the URL is there at once.
  const bounds =
    time.kind === 'own' || data === undefined || query.isPlaceholderData
      ? boundsOf(time, now, columns)
      : { from: Date.parse(data.from), to: Date.parse(data.to) };
  return (
    <Page title="What ran" lead="The runs of all jobs over time, by job or by node">
      <TimelineTabs />
      <RanControls view={view} onChange={change} bounds={bounds} now={now} />
      {data === undefined ? (
        <NotLoaded error={query.error} rows={8} onRetry={query.refetch} />
      ) : (
        <Rows
          view={view}
          change={change}
          timeline={data}
          bounds={bounds}
          isOutdated={query.isPlaceholderData}
        />
      )}
    </Page>
  );
}

/** A column is about 8 pixels wide. */
function useColumns(): number {
  const isWide = useMediaQuery('(min-width: 75em)', undefined, { getInitialValueInEffect: false });
  const isNarrow = useMediaQuery('(max-width: 48em)', undefined, { getInitialValueInEffect: false });
  return isNarrow ? 45 : isWide ? 150 : 90;
}

interface RowsProps {
  readonly view: RanView;
  readonly change: (change: RanChange) => void;
  readonly timeline: RunTimeline;
  /** The window of the URL. The one of the timeline follows. */
  readonly bounds: Bounds;
  readonly isOutdated: boolean;
}

function Rows({ view, change, timeline, bounds, isOutdated }: RowsProps) {
  const ticker = useTicker();
  const middle = (bounds.from + bounds.to) / 2;
  if (timeline.rows.length === 0) return <NothingRan view={view} change={change} />;
  return (
    <Panel title={timeline.by === 'job' ? 'Jobs' : 'Nodes'}>
      <div className={classes.rows} data-outdated={isOutdated || undefined}>
        <RanRows
          timeline={timeline}
          onZoom={(factor, around = middle) =>
            change({ time: zoomed(bounds, { factor, around, now: ticker.exact() }) })
          }
          onSpan={(a, b) => change({ time: between(a, b, ticker.exact()) })}
        />
      </div>
      <RanLegend />
      <MoreRows view={view} change={change} timeline={timeline} />
      <Fold summary="Show as table" isLarge>
        <RanTable timeline={timeline} />
      </Fold>
    </Panel>
  );
}

/** What the rows leave out. */
function MoreRows({ view, change, timeline }: Pick<RowsProps, 'view' | 'change' | 'timeline'>) {
  const { rows, row_count: all, counted_from: since, by } = timeline;
  const isCut = rows.some((row) => row.counted_from !== null);
  const word = by === 'job' ? 'jobs' : 'nodes';
  return (
    <div className={classes.more}>
      <p className={blocks.quiet}>
        {rows.length < all
          ? `${rows.length.toLocaleString('en')} of ${all.toLocaleString('en')} ${word} that ran. Search, or choose a type or a tag, to see others.`
          : `All ${word} that ran.`}
        {since === null ? null : (
          <>
            {' '}
            More than 100,000 runs are in this time:{' '}
            {by === 'job' ? 'jobs that ran only before' : 'the page counts only runs queued since'}{' '}
            <Instant at={since} />
            {by === 'job' ? ' may be missing, unless they failed' : ''}. Choose a shorter time to see all.
          </>
        )}
        {isCut ? ' Gray: times for which a job has more runs than the server reads.' : ''}
      </p>
      {rows.length < all && view.rows < MOST_ROWS ? (
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => change({ rows: Math.min(view.rows + ROWS, MOST_ROWS) })}
        >
          Show more {word}
        </Button>
      ) : null}
    </div>
  );
}

function NothingRan({ view: { q, type, tag }, change }: Pick<RowsProps, 'view' | 'change'>) {
  const isFiltered = q !== undefined || type !== undefined || tag !== undefined;
  return (
    <Empty
      title="Nothing ran in this time"
      action={
        isFiltered ? (
          <Button variant="default" onClick={() => change({ q: undefined, type: undefined, tag: undefined })}>
            Clear filters
          </Button>
        ) : undefined
      }
    >
      {isFiltered ? 'No run fits all filters.' : 'Choose a longer or an earlier time.'}
    </Empty>
  );
}
