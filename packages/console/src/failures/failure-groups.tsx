import type { FailureGroup } from '@greenvue/jobs/client';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Ago, Instant } from '../ui/instant/instant.tsx';
import { Fold } from '../ui/layout/fold.tsx';
import { runPath } from '../ui/paths.ts';
import type { Range } from '../ui/range/range.ts';
import { errorLine, stacksText } from '../ui/status/run-words.ts';
import { JobLink } from '../ui/text/job-link.tsx';
import { Plain, Spoken } from '../ui/text/text.tsx';
import { TextBlock } from '../ui/text/text-block.tsx';
import classes from './failures.module.css';

/** What the groups count: failures of one job or of all, in a range. */
interface CountedFailures {
  readonly range: Range;
  readonly jobId: string | undefined;
}

interface FailureGroupsProps {
  readonly groups: readonly FailureGroup[];
  readonly of: CountedFailures;
}

/** The groups, each with its sample. */
export function FailureGroups({ groups, of }: FailureGroupsProps) {
  return (
    <ul className={classes.list} aria-label="Causes of failures">
      {groups.map((group) => (
        <Group key={group.fingerprint} group={group} of={of} />
      ))}
    </ul>
  );
}

interface GroupProps {
  readonly group: FailureGroup;
  readonly of: CountedFailures;
}

function Group({ group, of }: GroupProps) {
  const { count, fingerprint, first_seen: first, last_seen: last, sample, types } = group;
  const error = sample.errors.at(-1);
  return (
    <li className={classes.group}>
      <h2 className={classes.error}>
        <Link href={runPath(sample.id)}>
          <Plain>{error === undefined ? `Run ${sample.id}` : errorLine(error)}</Plain>
        </Link>
      </h2>
      <dl className={classes.facts}>
        <Fact label="Failed runs">{count.toLocaleString('en')}</Fact>
        <Fact label={group.job_count === 1 ? 'Job' : `${group.job_count.toLocaleString('en')} jobs`}>
          <Jobs group={group} />
        </Fact>
        <Fact label={types.length === 1 ? 'Type' : 'Types'}>
          <Plain>{types.join(', ')}</Plain>
        </Fact>
        <Fact label="First seen">
          <Instant at={first} />
        </Fact>
        <Fact label="Last seen">
          <Ago at={last} />
        </Fact>
      </dl>
      <Link href={runsOf(fingerprint, of)}>
        {count === 1 ? 'Show its run' : 'Show all its runs'}
        <Spoken> of the cause {fingerprint}</Spoken>
      </Link>
      {error === undefined || error.stack === null ? null : (
        <Fold summary="Stack of the newest run" isLarge>
          <TextBlock label="the stack">{stacksText({ ...error, stack: error.stack })}</TextBlock>
        </Fold>
      )}
    </li>
  );
}

/** The list of the runs that a group counts. */
function runsOf(fingerprint: string, { range, jobId }: CountedFailures): string {
  const job = jobId === undefined ? {} : { job_id: jobId };
  const time = range.kind === 'last' ? { range: range.name } : { from: range.from, to: range.to };
  return `/runs?${new URLSearchParams({ fingerprint, ...job, time: 'ended', ...time })}`;
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className={classes.fact}>
      <dt className={classes.label}>{label}</dt>
      <dd className={classes.value}>{children}</dd>
    </div>
  );
}

/** The jobs with most of the runs. */
function Jobs({ group: { jobs, job_count: all } }: { readonly group: FailureGroup }) {
  return (
    <>
      {jobs.map(({ job_id: id, job_name: name, count }, index) => (
        <span key={id}>
          {index === 0 ? '' : ', '}
          <JobLink id={id} name={name} />
          {all === 1 ? '' : ` (${count.toLocaleString('en')})`}
        </span>
      ))}
      {all > jobs.length ? ` and ${(all - jobs.length).toLocaleString('en')} more` : ''}
    </>
  );
}
