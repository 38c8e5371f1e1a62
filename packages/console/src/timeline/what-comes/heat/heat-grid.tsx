import type { Forecast } from '@greenvue/jobs/client';
import { useMediaQuery } from '@mantine/hooks';
import { type KeyboardEvent, memo, useMemo, useRef, useState } from 'react';
import { useZone, type Zone } from '../../../ui/clock/zone.tsx';
import classes from './heat.module.css';
import { cellAfter, compactText, type HeatCell, heatDays, heatTable } from './heat-cells.ts';
import { HeatLegend } from './heat-legend.tsx';
import { cellText } from './heat-words.ts';

/** Below this width, days are columns. */
const NARROW = '(max-width: 48em)';

interface HeatGridProps {
  readonly forecast: Forecast;
  /** The start of the hour whose details are shown (ms). */
  readonly chosen: number | undefined;
  /** Keep its identity stable: a new function draws all hours again. */
  readonly onChoose: (at: number) => void;
}

/** The runs of each hour as a heat map. Arrow keys move between hours, and Enter shows an hour. */
export function HeatGrid({ forecast: { steps }, chosen, onChoose }: HeatGridProps) {
  const { zone } = useZone();
  const isNarrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false;
  const table = useMemo(() => heatTable(heatDays(steps, zone), isNarrow), [steps, zone, isNarrow]);
  const cells = table.rows.flatMap((row) => row.cells).filter((cell) => cell !== undefined);
  const [active, setActive] = useState<number | undefined>(undefined);
  const grid = useRef<HTMLTableElement>(null);
  const cellAt = (at: number | undefined) => cells.find((cell) => cell.at === at);
  // One hour is a tab stop. The chosen one stays it when the window moves on.
  const stop = cellAt(active) ?? cellAt(chosen) ?? cells.toSorted((a, b) => a.at - b.at)[0];
  const onKeyDown = (event: KeyboardEvent): void => {
    const goal = stop === undefined ? undefined : cellAfter(table, stop.at, event.key);
    if (goal === undefined) return;
    event.preventDefault();
    setActive(goal.at);
    grid.current?.querySelector<HTMLElement>(`[data-at="${goal.at}"]`)?.focus();
  };
  return (
    <div className={classes.heat}>
      <div className={classes.scroll}>
        <table ref={grid} className={classes.grid} aria-label="Runs in each hour" onKeyDown={onKeyDown}>
          <thead>
            <tr>
              <td />
              {table.columns.map((label) => (
                <th key={label} scope="col" className={classes.head}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {table.rows.map((row) => (
              <tr key={row.label}>
                <th scope="row" className={classes.rowHead}>
                  {row.label}
                </th>
                {row.cells.map((cell, column) => (
                  <td key={table.columns[column]} className={classes.place}>
                    {cell === undefined ? null : (
                      <Cell
                        cell={cell}
                        zone={zone}
                        isStop={cell.at === stop?.at}
                        isChosen={cell.at === chosen}
                        onActive={setActive}
                        onChoose={onChoose}
                      />
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {/* Each hour has this text as its name. */}
      <p className={classes.readout} aria-hidden="true">
        {stop === undefined ? null : cellText(stop, zone)}
      </p>
      <HeatLegend />
    </div>
  );
}

interface CellProps {
  readonly cell: HeatCell;
  readonly zone: Zone;
  readonly isStop: boolean;
  readonly isChosen: boolean;
  readonly onActive: (at: number) => void;
  readonly onChoose: (at: number) => void;
}

// Memoized: hundreds of hours stay the same while the pointer moves.
const Cell = memo(function Cell({ cell, zone, isStop, isChosen, onActive, onChoose }: CellProps) {
  const { at, runs, pausedRuns, hasClash, level } = cell;
  return (
    <button
      type="button"
      className={classes.cell}
      data-at={at}
      data-level={level}
      data-clash={hasClash || undefined}
      data-paused={pausedRuns > 0 || undefined}
      tabIndex={isStop ? 0 : -1}
      aria-label={cellText(cell, zone)}
      aria-pressed={isChosen}
      onFocus={() => onActive(at)}
      onPointerEnter={() => onActive(at)}
      onClick={() => onChoose(at)}
    >
      {runs === 0 ? '' : compactText(runs)}
    </button>
  );
});
