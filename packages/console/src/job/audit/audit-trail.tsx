import type { Job } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { Actor } from '../../data/actor.tsx';
import { useAudit, useJobTypes } from '../../data/queries.ts';
import { useMay } from '../../session/session.tsx';
import { Failed, Loading } from '../../ui/feedback/states.tsx';
import { Instant } from '../../ui/instant/instant.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { Panel } from '../../ui/layout/panel.tsx';
import { Plain, Spoken } from '../../ui/text/text.tsx';
import classes from './audit.module.css';
import { type AuditEntry, auditEntries, type FieldChange } from './audit-changes.ts';

/** Who changed a job, when, and what. */
export function AuditTrail({ job }: { readonly job: Job }) {
  const { admin } = useMay();
  return (
    <Panel title="Activity">
      {admin ? (
        <Entries job={job} />
      ) : (
        <p className={blocks.quiet}>
          The server records every change and who made it. Only admins can see this list.
        </p>
      )}
    </Panel>
  );
}

function Entries({ job }: { readonly job: Job }) {
  const audit = useAudit(job.id);
  const types = useJobTypes();
  const defaults = types.data?.find(({ type }) => type === job.type);
  const entries = useMemo(() => {
    const records = audit.data?.pages.flatMap((page) => page.data);
    return records === undefined ? undefined : auditEntries(records, defaults);
  }, [audit.data, defaults]);
  if (entries === undefined) {
    return audit.isError ? (
      <Failed error={audit.error} onRetry={() => void audit.refetch()} />
    ) : (
      <Loading rows={3} />
    );
  }
  if (entries.length === 0) {
    return <p className={blocks.quiet}>No changes through the API: code created this job.</p>;
  }
  return (
    <>
      <ol className={classes.audit}>
        {entries.map((entry) => (
          <OneEntry key={entry.record.id} entry={entry} />
        ))}
      </ol>
      {audit.hasNextPage ? (
        <Button
          variant="default"
          size="xs"
          loading={audit.isFetchingNextPage}
          onClick={() => void audit.fetchNextPage()}
        >
          Earlier changes
        </Button>
      ) : null}
    </>
  );
}

function OneEntry({ entry }: { readonly entry: AuditEntry }) {
  const { record, words, changes, isWhole } = entry;
  return (
    <li className={classes.entry}>
      <div>
        <strong>
          <Actor actor={record.actor} />
        </strong>{' '}
        {words}{' '}
        <span className={blocks.quiet}>
          <Instant at={record.at} />
        </span>
      </div>
      {isWhole ? (
        <p className={blocks.quiet}>The previous version is not in this list. The new values are:</p>
      ) : null}
      <Changes changes={changes} action={record.action} />
    </li>
  );
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
