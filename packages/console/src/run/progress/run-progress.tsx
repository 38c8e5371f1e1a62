import type { Run } from '@greenvue/jobs/client';
import { useEffect, useState } from 'react';
import { useNow, useTicker } from '../../ui/clock/now.tsx';
import { durationText } from '../../ui/schedule/duration.ts';
import { Plain } from '../../ui/text/text.tsx';
import classes from './progress.module.css';
import {
  type ProgressRate,
  type ProgressSample,
  percentOf,
  progressRate,
  rateText,
  stillSince,
  withSample,
} from './progress-rate.ts';

/** The progress of a run, and while it runs also the rate and the time left. */
export function RunProgress({ run }: { readonly run: Run }) {
  if (run.progress === null) return null;
  if (run.status !== 'running') return <Bar run={run} progress={run.progress} words={[]} />;
  // Another attempt starts from zero, and earlier samples do not apply to it.
  return <LiveProgress key={run.attempt} run={run} progress={run.progress} />;
}

interface ProgressProps {
  readonly run: Run;
  readonly progress: NonNullable<Run['progress']>;
}

function LiveProgress({ run, progress }: ProgressProps) {
  const now = useNow();
  const samples = useSamples(progress.done);
  const rate = progressRate(samples, progress.total, now) ?? overallRate(run, progress, now);
  const still = stillSince(samples, now);
  const words =
    still === undefined ? rateWords(rate) : [`no progress for ${durationText(Math.round(now - still))}`];
  return <Bar run={run} progress={progress} words={words} />;
}

function useSamples(done: number): readonly ProgressSample[] {
  const ticker = useTicker();
  const [samples, setSamples] = useState<readonly ProgressSample[]>([]);
  useEffect(() => {
    const at = ticker.exact();
    setSamples((known) => withSample(known, { at, done }));
  }, [ticker, done]);
  return samples;
}

/** The average rate since the start, until there are two samples to compare. */
function overallRate(
  { started_at: started }: Run,
  { done, total }: ProgressProps['progress'],
  now: number,
): ProgressRate | undefined {
  if (started === null) return undefined;
  return progressRate(
    [
      { at: Date.parse(started), done: 0 },
      { at: now, done },
    ],
    total,
    now,
  );
}

function rateWords(rate: ProgressRate | undefined): readonly string[] {
  if (rate === undefined) return [];
  const left =
    rate.leftMs === undefined ? [] : [`about ${durationText(Math.ceil(rate.leftMs / 1_000) * 1_000)} left`];
  return [rateText(rate.perSecond), ...left];
}

function Bar({ run, progress, words }: ProgressProps & { readonly words: readonly string[] }) {
  const percent = percentOf(progress);
  const done = progress.done.toLocaleString('en');
  const told = progress.total === null ? `${done} done` : `${done} of ${progress.total.toLocaleString('en')}`;
  const text = [told, ...(percent === undefined ? [] : [`${Math.floor(percent)}%`]), ...words].join(' · ');
  return (
    <div className={classes.progress}>
      <div
        className={classes.track}
        role="progressbar"
        aria-label="Progress of the run"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent === undefined ? undefined : Math.floor(percent)}
        aria-valuetext={text}
        data-status={run.status}
        data-unknown={percent === undefined || undefined}
      >
        <div className={classes.done} style={{ width: `${percent ?? 100}%` }} />
      </div>
      <div className={classes.progressText}>
        <span>{text}</span>
        {progress.note === null ? null : <Plain>{progress.note}</Plain>}
      </div>
    </div>
  );
}
