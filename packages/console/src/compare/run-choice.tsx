import type { Run } from '@greenvue/jobs/client';
import { NativeSelect } from '@mantine/core';
import { Link, useLocation } from 'wouter';
import { useRuns } from '../data/queries/queries.ts';
import { instantText } from '../ui/clock/time-text.ts';
import { useZone } from '../ui/clock/zone.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { comparePath, runPath } from '../ui/paths.ts';
import { shownTime } from '../ui/status/run-words.ts';
import { RunStatusBadge } from '../ui/status/status.tsx';
import classes from './compare.module.css';

const SHOWN = 50;

interface RunChoiceProps {
  readonly side: 'a' | 'b';
  readonly run: Run;
  readonly other: Run;
}

/** One side of a comparison: its run, and a choice of the newest runs of the same job. */
export function RunChoice({ side, run, other }: RunChoiceProps) {
  const { zone } = useZone();
  const [, navigate] = useLocation();
  const { data } = useRuns({ job_id: run.job_id, limit: SHOWN });
  const newest = data?.pages.flatMap((page) => page.data) ?? [];
  const runs = newest.some(({ id }) => id === run.id) ? newest : [run, ...newest];
  const choose = (id: string): void =>
    navigate(side === 'a' ? comparePath(id, other.id) : comparePath(other.id, id));
  return (
    <section className={blocks.box} aria-label={side === 'a' ? 'First run' : 'Second run'}>
      <div className={classes.head}>
        <Link href={runPath(run.id)}>Run {run.id}</Link>
        <RunStatusBadge status={run.status} reason={run.reason} />
      </div>
      <NativeSelect
        aria-label={side === 'a' ? 'Choose the first run' : 'Choose the second run'}
        value={run.id}
        data={runs
          .filter(({ id }) => id !== other.id)
          .map((one) => ({
            value: one.id,
            label: `${instantText(Date.parse(shownTime(one)), zone)} · ${one.status}`,
          }))}
        onChange={(event) => choose(event.currentTarget.value)}
      />
    </section>
  );
}
