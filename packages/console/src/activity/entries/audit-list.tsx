import type { JobAuditRecord } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { Actor } from '../../data/actor.tsx';
import { Instant } from '../../ui/instant/instant.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { jobPath, runPath } from '../../ui/paths.ts';
import { Plain, Spoken } from '../../ui/text/text.tsx';
import classes from './activity.module.css';
import type { AuditEntry, FieldChange } from './audit-changes.ts';
import { auditSentence, type SentencePart } from './audit-sentence.ts';

interface AuditListProps {
  readonly entries: readonly AuditEntry[];
  /** Where earlier changes come from. */
  readonly more: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
  /** All changes are of one job, whose page shows them: they call it "this job". */
  readonly isOfOneJob?: boolean;
}

/** Changes as sentences, newest first. */
export function AuditList({ entries, more, isOfOneJob = false }: AuditListProps) {
  return (
    <>
      <ol className={isOfOneJob ? `${classes.audit} ${classes.short}` : classes.audit}>
        {entries.map((entry) => (
          <Entry key={entry.record.id} entry={entry} isOfOneJob={isOfOneJob} />
        ))}
      </ol>
      {more.hasNextPage ? (
        <Button
          variant="default"
          size="xs"
          loading={more.isFetchingNextPage}
          onClick={() => void more.fetchNextPage()}
        >
          Earlier changes
        </Button>
      ) : null}
    </>
  );
}

interface EntryProps {
  readonly entry: AuditEntry;
  readonly isOfOneJob: boolean;
}

function Entry({ entry: { record, changes, isWhole }, isOfOneJob }: EntryProps) {
  // A whole definition is long: of one job it is worth reading, in a list of all jobs it is not.
  const isShown = isOfOneJob || (record.action === 'job.edit' && !isWhole);
  return (
    <li className={classes.entry}>
      <div>
        <strong>
          <Actor actor={record.actor} isFirst />
        </strong>
        {auditSentence(record).map((part, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence keep their places
          <Part key={index} part={part} record={record} isOfOneJob={isOfOneJob} />
        ))}{' '}
        <span className={blocks.quiet}>
          <Instant at={record.at} />
        </span>
      </div>
      {isShown && isWhole ? (
        <p className={blocks.quiet}>The previous version is not in this list. The new values are:</p>
      ) : null}
      {isShown ? <Changes changes={changes} action={record.action} /> : null}
    </li>
  );
}

interface PartProps {
  readonly part: SentencePart;
  readonly record: JobAuditRecord;
  readonly isOfOneJob: boolean;
}

/** A part of a sentence, with the space before it. */
function Part({ part, record, isOfOneJob }: PartProps) {
  switch (part.kind) {
    case 'text':
      return (
        <>
          {/^[:,]/.test(part.text) ? '' : ' '}
          <Plain>{part.text}</Plain>
        </>
      );
    case 'time':
      return (
        <>
          {' '}
          <Instant at={part.at} />
        </>
      );
    case 'run':
      return (
        <>
          {' '}
          <Link href={runPath(part.id)}>{part.text}</Link>
        </>
      );
    case 'job':
      return (
        <>
          {' '}
          {isOfOneJob || record.job_id === null ? (
            'this job'
          ) : (
            <Link href={jobPath(record.job_id)}>
              <Plain>{record.job_name ?? record.job_id}</Plain>
            </Link>
          )}
        </>
      );
    default:
      return part satisfies never;
  }
}

function Changes({ changes, action }: { readonly changes: readonly FieldChange[]; readonly action: string }) {
  if (changes.length === 0) {
    return action === 'job.edit' ? <p className={blocks.quiet}>No field changed.</p> : null;
  }
  return (
    <ul className={classes.changes}>
      {changes.map((change) => (
        <li key={change.field}>
          <code>
            <Plain>{change.field}</Plain>
          </code>
          : <Change change={change} />
        </li>
      ))}
    </ul>
  );
}

function Change({ change: { before, after } }: { readonly change: FieldChange }) {
  if (before === undefined) return <Value text={after ?? ''} />;
  return (
    <>
      <Spoken>from </Spoken>
      <del className={classes.before}>
        <Value text={before} />
      </del>
      <span aria-hidden="true"> → </span>
      <Spoken> to </Spoken>
      {after === undefined ? 'nothing' : <Value text={after} />}
    </>
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:\d\d)$/;

/** A value; a time in the viewer's zone. */
function Value({ text }: { readonly text: string }) {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text)) ? (
    <Instant at={text} />
  ) : (
    <Plain>{text}</Plain>
  );
}
