import type { Forecast } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useMay } from '../../../session/session.tsx';
import { clockText } from '../../../ui/clock/time-text.ts';
import { useZone } from '../../../ui/clock/zone.tsx';
import blocks from '../../../ui/layout/blocks.module.css';
import { Panel } from '../../../ui/layout/panel.tsx';
import { durationText } from '../../../ui/schedule/duration.ts';
import classes from '../comes.module.css';
import { type ComesRange, comesWords } from '../comes-view.ts';
import { dayLabel } from '../heat/heat-cells.ts';
import { runsText } from '../heat/heat-words.ts';
import { AddHere } from './add-here.tsx';

type ClashOf = Forecast['clashes'][number];

interface BusyMinutesProps {
  readonly forecast: Forecast;
  readonly onChoose: (at: number) => void;
}

/** The rule of the server (P38, forecast). */
const WHAT_IS_A_CLASH =
  'A clash is a minute in which at least 10 runs begin, and at least twice as many as in the usual minute.';

/** Minutes in which many runs begin together. */
export function Clashes({ forecast: { clashes }, onChoose }: BusyMinutesProps) {
  return (
    <Panel title="Clashes">
      {clashes.length === 0 ? (
        <p className={blocks.quiet}>No minute has a clash. {WHAT_IS_A_CLASH}</p>
      ) : (
        <>
          <p className={blocks.quiet}>{WHAT_IS_A_CLASH}</p>
          <ul className={classes.list}>
            {clashes.map((clash) => (
              <Clash key={clash.at} clash={clash} onChoose={onChoose} />
            ))}
          </ul>
          <p className={blocks.quiet}>
            These runs wait for each other. Move some of the jobs to another minute, such as from{' '}
            <code>0 0 * * *</code> to <code>17 0 * * *</code>.
          </p>
        </>
      )}
    </Panel>
  );
}

interface ClashProps {
  readonly clash: ClashOf;
  readonly onChoose: (at: number) => void;
}

function Clash({ clash, onChoose }: ClashProps) {
  const { zone } = useZone();
  const at = Date.parse(clash.at);
  const { runs, busy_ms: busyMs, times_usual: times, days } = clash;
  return (
    <li className={classes.item}>
      <p className={classes.itemText}>
        <strong>
          {runsText(runs)} start at {clockText(at, zone)}
        </strong>
        {days === 1 ? ` on ${dayLabel(at, zone)}` : ` on ${days} days, such as ${dayLabel(at, zone)}`}
        {busyMs === 0 ? '' : `; each usually takes ${durationText(busyMs / runs)}`}. That is{' '}
        {Math.round(times).toLocaleString('en')} times the usual minute.
      </p>
      <Button size="compact-sm" variant="default" onClick={() => onChoose(at)}>
        Show these jobs
      </Button>
    </li>
  );
}

interface QuietTimesProps extends Pick<BusyMinutesProps, 'forecast'> {
  readonly range: ComesRange;
}

/** Good times for another daily job. */
export function QuietTimes({ forecast: { quiet }, range }: QuietTimesProps) {
  const { zone } = useZone();
  const { admin } = useMay();
  if (quiet.length === 0) return null;
  return (
    <Panel title="Quiet times">
      <p className={blocks.quiet}>The minutes of the day with the fewest runs in and around them.</p>
      <ul className={classes.list}>
        {quiet.map(({ at, runs }) => (
          <li key={at} className={classes.item}>
            <p className={classes.itemText}>
              <strong>{clockText(Date.parse(at), zone)}</strong>: {runs === 0 ? 'no run' : runsText(runs)} in{' '}
              {comesWords(range)}
            </p>
            {admin ? <AddHere at={Date.parse(at)} isEach /> : null}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
