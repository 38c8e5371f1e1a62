import { type KeyboardEvent, type PointerEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { instantText } from '../../ui/clock/time-text.ts';
import { useZone, type Zone } from '../../ui/clock/zone.tsx';
import { Instant } from '../../ui/instant/instant.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { runPath } from '../../ui/paths.ts';
import { sinceText } from '../../ui/schedule/duration.ts';
import { runNote, shownTime } from '../../ui/status/run-words.ts';
import { RunStatusBadge } from '../../ui/status/status.tsx';
import { Plain } from '../../ui/text/text.tsx';
import { stepOfKey } from '../../ui/timeline/slider-keys.ts';
import type { TimelineWindow } from '../../ui/timeline/time-scale.ts';
import classes from './timeline.module.css';
import { LANE_PX, TimelineDrawing } from './timeline-drawing.tsx';
import { type Mark, nearestMark, type TimelineLayout } from './timeline-layout.ts';

interface TimelineScrubberProps {
  readonly layout: TimelineLayout;
  readonly window: TimelineWindow;
  readonly now: number;
  /** The time from which runs were read. Older runs exist. */
  readonly knownFrom: number | undefined;
  readonly upcoming: readonly string[];
  readonly spanLabel: string;
}

/** The distance at which a mark still counts as hit: bars may be 3 pixels wide. */
const REACH_PX = 24;

/** The timeline with pointer and arrow keys, and the details of the selected run. */
export function TimelineScrubber(props: TimelineScrubberProps) {
  const { marks } = props.layout;
  const [at, setAt] = useState<string | undefined>(undefined);
  const found = marks.findIndex(({ run }) => run.id === at);
  // Starts at the newest run.
  const index = found >= 0 ? found : marks.length - 1;
  const mark = marks[index];
  if (mark === undefined) {
    return (
      <>
        <TimelineDrawing {...props} current={undefined} />
        <p className={blocks.quiet}>
          No runs in the last {props.spanLabel}. Choose a longer time to see older runs.
        </p>
      </>
    );
  }
  return (
    <>
      <Scrubber {...props} mark={mark} index={index} onGo={({ run }) => setAt(run.id)} />
      <Readout mark={mark} />
    </>
  );
}

interface ScrubberProps extends TimelineScrubberProps {
  readonly mark: Mark;
  readonly index: number;
  readonly onGo: (mark: Mark) => void;
}

function Scrubber({ mark, index, onGo, ...props }: ScrubberProps) {
  const { marks } = props.layout;
  const { zone } = useZone();
  const [, navigate] = useLocation();
  const open = ({ run }: Mark): void => navigate(runPath(run.id));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') open(mark);
    const target = stepOfKey(event.key, index, marks.length);
    if (target === undefined) return;
    event.preventDefault();
    const goal = marks[target];
    if (goal !== undefined) onGo(goal);
  };
  const onPointerMove = (event: PointerEvent): void => {
    const hit = markUnder(event, props.layout);
    if (hit !== undefined) onGo(hit);
  };
  const onPointerUp = (event: PointerEvent): void => {
    const hit = markUnder(event, props.layout);
    if (hit === undefined) return;
    // Touch has no hover: a tap selects, and the link below opens.
    if (event.pointerType === 'mouse' && event.button === 0) open(hit);
    else onGo(hit);
  };
  return (
    <div
      className={classes.scrubber}
      role="slider"
      tabIndex={0}
      aria-label={`Runs of the last ${props.spanLabel}, oldest first; Enter opens a run`}
      aria-valuemin={1}
      aria-valuemax={marks.length}
      aria-valuenow={index + 1}
      aria-valuetext={markText(mark, zone)}
      onKeyDown={onKeyDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
    >
      <TimelineDrawing {...props} current={mark} />
    </div>
  );
}

function markUnder(event: PointerEvent, { marks, density, lanes }: TimelineLayout): Mark | undefined {
  const box = event.currentTarget.getBoundingClientRect();
  const under = Math.floor((event.clientY - box.top) / LANE_PX);
  // A column stands for its runs at any height.
  const lane = density !== undefined && under < lanes ? 0 : under;
  return nearestMark(marks, { x: event.clientX - box.left, lane, laneHeight: LANE_PX }, REACH_PX);
}

function Readout({ mark: { run } }: { readonly mark: Mark }) {
  const note = runNote(run);
  return (
    <div className={blocks.readout}>
      <RunStatusBadge status={run.status} reason={run.reason} />
      <Instant at={shownTime(run)} />
      {run.started_at === null || run.finished_at === null ? null : (
        <span>took {sinceText(run.started_at, run.finished_at)}</span>
      )}
      {run.errors.length === 0 ? null : <span>{failuresText(run.errors.length)}</span>}
      {note === '' ? null : (
        <span className={classes.readoutNote}>
          <Plain>{note}</Plain>
        </span>
      )}
      <Link href={runPath(run.id)}>Open run {run.id}</Link>
    </div>
  );
}

function failuresText(failures: number): string {
  return failures === 1 ? 'one failed attempt' : `${failures} failed attempts`;
}

function markText({ run }: Mark, zone: Zone): string {
  const when = instantText(Date.parse(shownTime(run)), zone);
  const took =
    run.started_at === null || run.finished_at === null
      ? []
      : [`took ${sinceText(run.started_at, run.finished_at)}`];
  const note = runNote(run);
  const failures = run.errors.length === 0 ? [] : [failuresText(run.errors.length)];
  return [run.status, when, ...took, ...failures, ...(note === '' ? [] : [note])].join(', ');
}
