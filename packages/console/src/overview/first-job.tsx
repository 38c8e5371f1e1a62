import type { JobType } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useJobTypes } from '../data/queries/queries.ts';
import { useMay } from '../session/session.tsx';
import { NotLoaded } from '../ui/feedback/states.tsx';
import { capital } from '../ui/text/capital.ts';
import { Plain } from '../ui/text/text.tsx';
import classes from './overview.module.css';

const SHOWN = 3;

/** For a new installation: a card for each of the first job types, which opens the form for such a job. */
export function FirstJob() {
  const { data: types, error, refetch } = useJobTypes();
  const { admin } = useMay();
  return (
    <>
      <p className={classes.welcome}>
        No jobs yet. A job does one type of work on a schedule{' '}
        {admin ? ': start with one of these.' : '. An admin can create the first one.'}
      </p>
      {types === undefined ? (
        <NotLoaded error={error} rows={4} onRetry={refetch} />
      ) : (
        <div className={classes.first}>
          {types.slice(0, SHOWN).map((type) => (
            <TypeCard key={type.type} type={type} mayCreate={admin} />
          ))}
        </div>
      )}
    </>
  );
}

function TypeCard({ type, mayCreate }: { readonly type: JobType; readonly mayCreate: boolean }) {
  return (
    <section className={classes.card}>
      <h2 className={classes.cardTitle}>
        <Plain>{titleOf(type.type)}</Plain>
      </h2>
      <p className={classes.cardText}>
        <Plain>{type.description}</Plain>
      </p>
      {mayCreate ? (
        <div className={classes.cardAction}>
          <Button component={Link} href={`/jobs/new?type=${encodeURIComponent(type.type)}`} variant="light">
            Create this job
          </Button>
        </div>
      ) : null}
    </section>
  );
}

/** `send_mail` as "Send mail". */
function titleOf(type: string): string {
  return capital(type.replaceAll('_', ' '));
}
