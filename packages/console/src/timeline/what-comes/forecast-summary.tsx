import type { Forecast } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { useAllPaused } from '../../data/queries/queries.ts';
import { Day } from '../../ui/instant/instant.tsx';
import { durationText } from '../../ui/schedule/duration.ts';
import { jobsText } from '../../ui/text/jobs-text.ts';
import classes from './comes.module.css';
import { type ComesRange, comesWords } from './comes-view.ts';
import { runsText } from './heat/heat-words.ts';

interface ForecastSummaryProps {
  readonly forecast: Forecast;
  readonly range: ComesRange;
}

/** How many runs come, and what the numbers leave out. */
export function ForecastSummary({ forecast, range }: ForecastSummaryProps) {
  const { jobs, jobs_counted: counted, jobs_failed: failed, sampled, paused } = forecast;
  return (
    <div className={classes.summary}>
      <p className={classes.lead}>
        <strong>
          {sampled ? 'About ' : ''}
          {runsText(forecast.runs)}
        </strong>{' '}
        of {jobsText(jobs)} in {comesWords(range)}
        {forecast.busy_ms === 0 ? '' : `. They usually take ${durationText(forecast.busy_ms)} together`}.
      </p>
      <ul className={classes.notes}>
        <PausedNote />
        {paused.jobs === 0 ? null : (
          <li>
            <Link href="/jobs?status=paused">{jobsText(paused.jobs)}</Link> {paused.jobs === 1 ? 'is' : 'are'}{' '}
            paused, and would add {runsText(paused.runs)}. No number here counts these runs.
          </li>
        )}
        {sampled ? (
          <li>
            Estimated from {counted.toLocaleString('en')} of {jobsText(jobs)}. A job that runs rarely may be
            missing. Choose an hour, a type or a tag to see more exact numbers.
          </li>
        ) : null}
        {failed === 0 ? null : (
          <li>
            {jobsText(failed)} {failed === 1 ? 'is' : 'are'} left out: this server cannot compute the run
            times, for example because it does not know the time zone.
          </li>
        )}
      </ul>
    </div>
  );
}

/** The schedules go on while all jobs are paused, so the forecast does, too. */
function PausedNote() {
  const { data: pause } = useAllPaused();
  if (pause == null) return null;
  return (
    <li>
      All jobs are paused: no run starts{' '}
      {pause.until === null ? (
        'until someone resumes all jobs'
      ) : (
        <>
          before <Day at={pause.until} />
        </>
      )}
      . The forecast shows what the schedules say.
    </li>
  );
}
