import type { RunTimeline } from '@greenvue/jobs/client';
import classes from './ran.module.css';

const COLUMNS = ['succeeded', 'failed', 'cancelled', 'skipped', 'running'] as const;

/** The numbers of the rows. */
export function RanTable({ timeline: { rows, by } }: { readonly timeline: RunTimeline }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too
    <section className={classes.scroll} tabIndex={0} aria-label="What ran as a table">
      <table className={classes.table}>
        <thead>
          <tr>
            {[by === 'job' ? 'Job' : 'Node', 'Succeeded', 'Failed', 'Cancelled', 'Skipped', 'Running'].map(
              (title) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ job, node, counts }) => (
            <tr key={job?.id ?? node}>
              <th scope="row">{job?.id ?? node}</th>
              {COLUMNS.map((status) => (
                <td key={status}>{counts[status].toLocaleString('en')}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
