import { Text } from '@mantine/core';
import { Failed } from '../ui/feedback/states.tsx';
import { Plain } from '../ui/text/text.tsx';
import classes from './dialogs.module.css';
import type { AskedJobs } from './use-asked-jobs.ts';

const SHOWN = 5;

/** The jobs that a dialog is about: the first few by name and id, then the number of others. */
export function JobNames({ jobs: { first, count, error, countAgain } }: { readonly jobs: AskedJobs }) {
  if (error !== null) return <Failed error={error} onRetry={countAgain} />;
  if (count === undefined) return <Text size="sm">Counting the jobs…</Text>;
  if (count === 0) return <Text size="sm">None of these jobs exists any more.</Text>;
  const more = count - Math.min(first.length, SHOWN);
  return (
    <ul className={classes.names}>
      {first.slice(0, SHOWN).map(({ id, name }) => (
        <li key={id}>
          <strong>
            <Plain>{name}</Plain>
          </strong>{' '}
          {name === id ? null : (
            <span className={classes.id}>
              <Plain>{id}</Plain>
            </span>
          )}
        </li>
      ))}
      {more > 0 ? <li>and {more.toLocaleString('en')} more</li> : null}
    </ul>
  );
}
