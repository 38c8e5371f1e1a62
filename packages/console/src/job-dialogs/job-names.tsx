import type { JobMark } from '../data/job-mark.ts';
import { Plain } from '../ui/text/text.tsx';
import classes from './dialogs.module.css';

const SHOWN = 5;

/** The jobs that a dialog is about: the first few by name and id, then the number of others. */
export function JobNames({ jobs, count }: { readonly jobs: readonly JobMark[]; readonly count: number }) {
  const more = count - Math.min(jobs.length, SHOWN);
  return (
    <ul className={classes.names}>
      {jobs.slice(0, SHOWN).map(({ id, name }) => (
        <li key={id}>
          <strong>
            <Plain>{name}</Plain>
          </strong>{' '}
          <span className={classes.id}>
            <Plain>{id}</Plain>
          </span>
        </li>
      ))}
      {more > 0 ? <li>and {more.toLocaleString('en')} more</li> : null}
    </ul>
  );
}
