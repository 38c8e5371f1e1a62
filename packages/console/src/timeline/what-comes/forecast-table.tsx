import type { Forecast } from '@greenvue/jobs/client';
import { Instant } from '../../ui/instant/instant.tsx';
import { durationText } from '../../ui/schedule/duration.ts';
import classes from './comes.module.css';

interface ForecastTableProps {
  readonly label: string;
  readonly forecast: Forecast;
}

/** The numbers of a drawing, without the steps in which nothing begins. */
export function ForecastTable({ label, forecast }: ForecastTableProps) {
  const steps = forecast.steps.filter(({ runs, paused_runs: paused }) => runs + paused > 0);
  if (steps.length === 0) return <p>No run begins in this time.</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too
    <section className={classes.scroll} tabIndex={0} aria-label={label}>
      <table className={classes.table}>
        <thead>
          <tr>
            {['From', 'Runs', 'Usually take', 'Of paused jobs', 'Clash'].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map(({ at, runs, busy_ms: busyMs, paused_runs: paused, clash }) => (
            <tr key={at}>
              <td>
                <Instant at={at} />
              </td>
              <td>{runs.toLocaleString('en')}</td>
              <td>{busyMs === 0 ? '–' : durationText(busyMs)}</td>
              <td>{paused.toLocaleString('en')}</td>
              <td>{clash ? 'yes' : ''}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
