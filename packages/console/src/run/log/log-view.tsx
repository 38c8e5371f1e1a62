import type { LogLine } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { instantText } from '../../ui/clock/time-text.ts';
import { useZone, type Zone } from '../../ui/clock/zone.tsx';
import classes from './log.module.css';
import { fieldsText, splitAtFinds } from './log-lines.ts';

interface LogViewProps {
  readonly lines: readonly LogLine[];
  readonly search: string;
  readonly isWrapped: boolean;
  readonly startsAtEnd: boolean;
}

const LINE_PX = 20;
const BOX_PX = 480;
const PADDING_PX = 6;
/** This close to the end counts as the end: rounding may hide half a line. */
const AT_END_PX = 24;

/** The lines of a log; renders only the visible ones. Follows new lines unless the user scrolls up. */
export function LogView({ lines, search, isWrapped, startsAtEnd }: LogViewProps) {
  const { box, rows, isAtEnd, onScroll } = useRows(lines.length, startsAtEnd);
  const { zone } = useZone();
  return (
    <div className={classes.logFrame}>
      <div
        ref={box}
        className={classes.log}
        role="log"
        aria-live="off"
        aria-label="Log of the run"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
        tabIndex={0}
        data-wrapped={isWrapped || undefined}
        onScroll={onScroll}
      >
        <div className={classes.logRows} style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index];
            if (line === undefined) return null;
            return (
              <div
                key={row.key}
                ref={rows.measureElement}
                data-index={row.index}
                className={classes.logRow}
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <Line line={line} search={search} zone={zone} />
              </div>
            );
          })}
        </div>
      </div>
      {isAtEnd ? null : (
        <Button size="compact-sm" className={classes.toEnd} onClick={() => rows.scrollToEnd()}>
          Go to the newest line
        </Button>
      )}
    </div>
  );
}

/** The visible lines, and whether the last one is visible. */
function useRows(count: number, startsAtEnd: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const [isAtEnd, setIsAtEnd] = useState(true);
  const rows = useVirtualizer<HTMLDivElement, HTMLDivElement>({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
    // Renders lines at once, before the box is measured.
    initialRect: { width: 0, height: BOX_PX },
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: AT_END_PX,
    paddingStart: PADDING_PX,
    paddingEnd: PADDING_PX,
  });
  const start = useRef({ rows, startsAtEnd });
  useEffect(() => {
    const { rows: first, startsAtEnd: isWanted } = start.current;
    if (isWanted) first.scrollToEnd();
    else setIsAtEnd(isAtEndOf(box.current));
  }, []);
  return { box, rows, isAtEnd, onScroll: () => setIsAtEnd(isAtEndOf(box.current)) };
}

interface LineProps {
  readonly line: LogLine;
  readonly search: string;
  readonly zone: Zone;
}

function Line({ line, search, zone }: LineProps) {
  const at = Date.parse(line.at);
  const fields = fieldsText(line.fields);
  return (
    <>
      <time className={classes.logTime} dateTime={line.at} title={instantText(at, zone)}>
        {timeOfDay(at, zone)}
      </time>
      <span className={classes.logLevel} data-level={line.level}>
        {line.level}
      </span>
      <span className={classes.logText} dir="auto">
        <Found text={line.message} search={search} />
        {fields === '' ? null : (
          <span className={classes.logFields}>
            {' '}
            <Found text={fields} search={search} />
          </span>
        )}
      </span>
    </>
  );
}

function Found({ text, search }: { readonly text: string; readonly search: string }) {
  const parts = splitAtFinds(text, search);
  if (parts.length === 1) return text;
  // Every second part is a match. A part has no id but its index.
  return parts.map((part, index) => {
    const key = `${index} ${part}`;
    return index % 2 === 1 ? (
      <mark key={key} className={classes.find}>
        {part}
      </mark>
    ) : (
      <span key={key}>{part}</span>
    );
  });
}

const PARTS = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
  hourCycle: 'h23',
} as const;

const CLOCKS = {
  local: new Intl.DateTimeFormat('en-GB', PARTS),
  utc: new Intl.DateTimeFormat('en-GB', { ...PARTS, timeZone: 'UTC' }),
} as const;

function timeOfDay(at: number, zone: Zone): string {
  return CLOCKS[zone].format(at);
}

function isAtEndOf(box: HTMLDivElement | null): boolean {
  if (box === null) return true;
  return box.scrollHeight - box.scrollTop - box.clientHeight <= AT_END_PX;
}
