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
        title="There are no jobs yet"
        action={
          admin ? (
            <Button component={Link} href="/jobs/new" leftSection={<PlusIcon />}>
              Create the first job
            </Button>
          ) : undefined
        }
      >
        <p className={classes.words}>
          A job is a rule: a type of work that this server knows, such as cleaning up old listings, and when
          to do it: every five minutes, at 8:30 on working days, once, or only when somebody asks. The server
          makes its runs by itself, tries again what fails, and keeps what came of them.
        </p>
        {admin ? null : <p className={classes.words}>An admin of this server can create jobs.</p>}
      </Empty>
    </div>
  );
}

/** Jobs exist, but none matches the filters. */
export function NothingFits({ onClear }: { readonly onClear: () => void }) {
  return (
    <div className={classes.panel}>
      <Empty
        title="No job fits"
        action={
          <Button variant="default" onClick={onClear}>
            Clear search and filters
          </Button>
        }
      >
        <p className={classes.words}>
          The search looks for a part of the id, the name or the description, in capitals or not; the filters
          narrow that further.
        </p>
      </Empty>
    </div>
  );
}
