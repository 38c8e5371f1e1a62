import type { RunTimeline } from '@greenvue/jobs/client';
import { useCallback, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { useZone } from '../../../ui/clock/zone.tsx';
import { TimeAxis } from '../../../ui/timeline/time-axis.tsx';
import { useWidth } from '../../../ui/timeline/use-width.ts';
import classes from '../ran.module.css';
import type { Bounds } from '../ran-view.ts';
import { itemHref, itemText } from './item-words.ts';
import { RanRow, type Selected } from './ran-row.tsx';
import { useZooming, type Zooming } from './use-zooming.ts';

const AXIS_PX = 22;

interface RanRowsProps {
  readonly timeline: RunTimeline;
  readonly onZoom: Zooming['onZoom'];
  readonly onSpan: Zooming['onSpan'];
}

/** All rows on one axis, and the text of what is selected. */
export function RanRows({ timeline, onZoom, onSpan }: RanRowsProps) {
  const [ref, width] = useWidth();
  const [selected, setSelected] = useState<Selected | undefined>(undefined);
  const { from, to } = timeline;
  const window = useMemo(() => ({ from: Date.parse(from), to: Date.parse(to), width }), [from, to, width]);
  const select = useCallback(
    (next: Selected) => setSelected((before) => (before?.item === next.item ? before : next)),
    [],
  );
  const zooming = useZooming({ window, onZoom, onSpan });
  return (
    <div className={classes.rows} {...zooming.handlers} ref={zooming.ref}>
      <Readout selected={selected} />
      <div className={classes.row} aria-hidden="true">
        <span />
        <div ref={ref} className={classes.axis}>
          {width === 0 ? null : (
            <svg width={width} height={AXIS_PX} aria-hidden="true">
              <TimeAxis window={window} height={2} />
            </svg>
          )}
        </div>
      </div>
      <ul className={classes.list} aria-label="What ran">
        {timeline.rows.map((row) => (
          <RanRow
            key={row.job?.id ?? row.node}
            row={row}
            timeline={timeline}
            window={window}
            current={isOf(selected, row) ? selected?.item : undefined}
            onSelect={select}
          />
        ))}
      </ul>
      {zooming.span === undefined ? null : <Span span={zooming.span} left={zooming.left} />}
    </div>
  );
}

function isOf(selected: Selected | undefined, { job, node }: RunTimeline['rows'][number]): boolean {
  return selected !== undefined && selected.row.id === (job?.id ?? node);
}

function Readout({ selected }: { readonly selected: Selected | undefined }) {
  const { zone } = useZone();
  if (selected === undefined)
    return <p className={classes.readout}>Point at a run, or move with the arrow keys, to read about it.</p>;
  const { item, row } = selected;
  const href = itemHref(item, row);
  return (
    <p className={classes.readout}>
      {itemText(item, row, zone)}{' '}
      {href === undefined ? null : (
        <Link href={href}>{item.kind === 'run' ? `Open run ${item.run.id}` : 'Show these runs'}</Link>
      )}
    </p>
  );
}

/** The range of time under a drag. */
function Span({ span, left }: { readonly span: Bounds; readonly left: number }) {
  return (
    <div
      className={classes.span}
      style={{ left: left + Math.min(span.from, span.to), width: Math.abs(span.to - span.from) }}
      aria-hidden="true"
    />
  );
}
