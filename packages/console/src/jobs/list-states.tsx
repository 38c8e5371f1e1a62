import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useMay } from '../session/session.tsx';
import { Empty, Loading } from '../ui/feedback/states.tsx';
import { PlusIcon } from '../ui/icons.tsx';
import classes from './jobs.module.css';

/** The table while its first page loads. */
export function FirstLoading() {
  return (
    <div className={classes.panel}>
      <Loading rows={12} />
    </div>
  );
}

/** An installation without jobs: what a job is, and how to create one. */
export function NoJobs() {
  const { admin } = useMay();
  return (
    <div className={classes.panel}>
      <Empty
        title="No jobs yet"
        action={
          admin ? (
            <Button component={Link} href="/jobs/new" leftSection={<PlusIcon />}>
              Create the first job
            </Button>
          ) : undefined
        }
      >
        <p className={classes.words}>
          A job says what to do and when: a type of work that this server has, such as removing old listings,
          every five minutes, at 08:30 on weekdays, once, or on demand. The server starts its runs, retries
          failed ones and keeps the history.
        </p>
        {admin ? null : <p className={classes.words}>Admins of this server can create jobs.</p>}
      </Empty>
    </div>
  );
}

/** Jobs exist, but none matches the filters. */
export function NothingFits({ onClear }: { readonly onClear: () => void }) {
  return (
    <div className={classes.panel}>
      <Empty
        title="No jobs found"
        action={
          <Button variant="default" onClick={onClear}>
            Clear search and filters
          </Button>
        }
      >
        <p className={classes.words}>
          The search finds any part of the id, the name or the description, and ignores case. The filters
          narrow the result.
        </p>
      </Empty>
    </div>
  );
}
