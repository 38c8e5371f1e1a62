import type { Forecast } from '@greenvue/jobs/client';
import { clockText } from '../../../ui/clock/time-text.ts';
import { useZone } from '../../../ui/clock/zone.tsx';
import classes from '../comes.module.css';
import { runsText } from '../heat/heat-words.ts';

const HEIGHT = 72;
const BAR = 10;
const LEAST = 2;
const TICK_MINUTES = 10;

/** The runs that begin in each minute. Screen readers skip the bars: a table has the same numbers. */
export function MinuteBars({ forecast: { steps } }: { readonly forecast: Forecast }) {
  const { zone } = useZone();
  const most = Math.max(...steps.map(({ runs }) => runs), 1);
  const busiest = steps.toSorted((a, b) => b.runs - a.runs)[0];
  return (
    <figure className={classes.minutes}>
      <svg
        className={classes.bars}
        viewBox={`0 0 ${steps.length * BAR} ${HEIGHT}`}
        preserveAspectRatio="none"
        height={HEIGHT}
        aria-hidden="true"
      >
        {steps.map(({ at, runs, clash }, n) => {
          const height = runs === 0 ? 0 : Math.max((runs / most) * HEIGHT, LEAST);
          return (
            <rect
              key={at}
              className={classes.bar}
              data-clash={clash || undefined}
              x={n * BAR + 1}
              y={HEIGHT - height}
              width={BAR - 2}
              height={height}
            >
              <title>{`${clockText(Date.parse(at), zone)}: ${runsText(runs)}`}</title>
            </rect>
          );
        })}
      </svg>
      <div className={classes.ticks} aria-hidden="true">
        {steps
          .filter((_step, n) => n % TICK_MINUTES === 0)
          .map(({ at }) => (
            <span key={at}>{clockText(Date.parse(at), zone)}</span>
          ))}
      </div>
      <figcaption className={classes.caption}>
        {busiest === undefined || busiest.runs === 0
          ? 'No run begins in this time.'
          : `Most runs begin at ${clockText(Date.parse(busiest.at), zone)}: ${busiest.runs.toLocaleString('en')}.`}
      </figcaption>
    </figure>
  );
}
