import type { RunTimeline, TimelineRow } from '@greenvue/jobs/client';
import { type KeyboardEvent, memo, type PointerEvent, useEffect, useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import { useNodeNames } from '../../../data/node-name.tsx';
import { useZone } from '../../../ui/clock/zone.tsx';
import { jobPath } from '../../../ui/paths.ts';
import { Plain, Spoken } from '../../../ui/text/text.tsx';
import { stepOfKey } from '../../../ui/timeline/slider-keys.ts';
import type { TimelineWindow } from '../../../ui/timeline/time-scale.ts';
import classes from '../ran.module.css';
import { itemHref, itemText, type RowName, runsHref } from './item-words.ts';
import { ROW_PX, RowDrawing } from './row-drawing.tsx';
import { type Item, itemKey, nearestItem, type RowLayout, rowLayout } from './row-layout.ts';

/** What is selected: an item of a row. */
export interface Selected {
  readonly row: RowName;
  readonly item: Item;
}

interface RanRowProps {
  readonly row: TimelineRow;
  readonly timeline: RunTimeline;
  readonly window: TimelineWindow;
  /** The item of this row that is selected. */
  readonly current: Item | undefined;
  readonly onSelect: (selected: Selected) => void;
}

const REACH_PX = 16;

/** One job or node: its name and numbers, and the drawing of its runs. */
export const RanRow = memo(function RanRow({ row, timeline, window, current, onSelect }: RanRowProps) {
  const nodeName = useNodeNames();
  const name = useMemo(() => nameOf(row, nodeName), [row, nodeName]);
  const layout = useMemo(() => rowLayout(row, timeline, window), [row, timeline, window]);
  return (
    <li className={classes.row}>
      <div className={classes.label}>
        <RowLabel row={row} name={name} window={window} />
      </div>
      {window.width === 0 ? null : <Track {...{ row, name, layout, timeline, window, current, onSelect }} />}
    </li>
  );
});

function nameOf({ job, node }: TimelineRow, nodeName: (id: string) => string): RowName {
  if (job !== null) return { by: 'job', id: job.id, name: job.name };
  const id = node ?? '';
  return { by: 'node', id, name: nodeName(id) };
}

interface RowLabelProps {
  readonly row: TimelineRow;
  readonly name: RowName;
  readonly window: TimelineWindow;
}

function RowLabel({ row: { job, counts }, name, window }: RowLabelProps) {
  const all = counts.succeeded + counts.failed + counts.cancelled + counts.skipped + counts.running;
  return (
    <>
      <span className={classes.name} title={name.id}>
        {job === null ? (
          <Link href={runsHref(name, window)}>
            <Plain>{name.name}</Plain>
          </Link>
        ) : job.deleted ? (
          <>
            <Plain>{job.name}</Plain> (deleted)
          </>
        ) : (
          <Link href={jobPath(job.id)}>
            <Plain>{job.name}</Plain>
          </Link>
        )}
      </span>
      <span className={classes.numbers}>
        {all.toLocaleString('en')} {all === 1 ? 'run' : 'runs'}
        {counts.failed === 0 ? null : (
          <>
            {', '}
            <Link href={runsHref(name, window, ['failed'])} className={classes.failed}>
              {counts.failed.toLocaleString('en')} failed
              <Spoken> of {name.name}</Spoken>
            </Link>
          </>
        )}
        {counts.running === 0 ? null : `, ${counts.running.toLocaleString('en')} running`}
      </span>
    </>
  );
}

interface TrackProps extends RanRowProps {
  readonly name: RowName;
  readonly layout: RowLayout;
}

/** The drawing, with pointer and arrow keys. */
function Track({ row, name, layout, timeline, window, current, onSelect }: TrackProps) {
  const { zone } = useZone();
  const [, navigate] = useLocation();
  const { items } = layout;
  const ordered = useMemo(() => items.toSorted((a, b) => a.x - b.x), [items]);
  const known = current === undefined ? -1 : ordered.findIndex((item) => itemKey(item) === itemKey(current));
  // Starts at the newest item.
  const index = known >= 0 ? known : ordered.length - 1;
  const shown = ordered[index];
  const select = (item: Item | undefined): void => {
    if (item !== undefined) onSelect({ row: name, item });
  };
  // A later answer has the same run with its end, or another newest column.
  useEffect(() => {
    if (current !== undefined && shown !== undefined && shown !== current)
      onSelect({ row: name, item: shown });
  }, [current, shown, name, onSelect]);
  const open = (item: Item | undefined): void => {
    const href = item === undefined ? undefined : itemHref(item, name);
    if (href !== undefined) navigate(href);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') open(shown);
    const target = stepOfKey(event.key, index, ordered.length);
    if (target === undefined) return;
    event.preventDefault();
    select(ordered[target]);
  };
  const itemUnder = (event: PointerEvent): Item | undefined => {
    const box = event.currentTarget.getBoundingClientRect();
    const lane = Math.floor(((event.clientY - box.top) / ROW_PX) * layout.lanes);
    return nearestItem(items, event.clientX - box.left, lane, REACH_PX);
  };
  const onPointerUp = (event: PointerEvent): void => {
    // The end of a drag over a range of time is no click.
    if (event.currentTarget.closest('[data-dragging]') !== null) return;
    const item = itemUnder(event);
    // Touch has no hover: a tap selects, and the link above the rows opens.
    if (event.pointerType === 'mouse' && event.button === 0) open(item);
    else select(item);
  };
  return (
    <div
      className={classes.track}
      role="slider"
      tabIndex={0}
      aria-label={`Runs of ${name.name}, oldest first; Enter opens`}
      aria-valuemin={1}
      aria-valuemax={Math.max(ordered.length, 1)}
      aria-valuenow={Math.max(index + 1, 1)}
      aria-valuetext={shown === undefined ? 'no run that started' : itemText(shown, name, zone)}
      onKeyDown={onKeyDown}
      onFocus={() => select(shown)}
      onPointerMove={(event) => select(itemUnder(event))}
      onPointerUp={onPointerUp}
    >
      <RowDrawing
        layout={layout}
        window={window}
        now={Date.parse(timeline.now)}
        countedFrom={row.counted_from === null ? undefined : Date.parse(row.counted_from)}
        current={current === undefined ? undefined : shown}
      />
    </div>
  );
}
