import type { ReactNode } from 'react';
import { RUN_COLORS } from '../../ui/status/status.tsx';
import classes from './ran.module.css';

/** The meaning of the marks. */
export function RanLegend() {
  return (
    <ul className={classes.legend} aria-label="Legend">
      <li>
        <Sign color={RUN_COLORS.succeeded}>
          <rect className={classes.bar} x={2} y={6} width={16} height={7} rx={2} />
        </Sign>
        a run; its length is its duration
      </li>
      <li>
        <Sign color={RUN_COLORS.failed}>
          <rect className={classes.bar} x={2} y={7} width={16} height={6} rx={2} />
          <path className={classes.cross} d="M5 1l5 5m0 -5l-5 5" />
        </Sign>
        failed
      </li>
      <li>
        <Sign color={RUN_COLORS.cancelled}>
          <rect className={classes.bar} data-status="cancelled" x={2} y={5} width={16} height={8} rx={2} />
        </Sign>
        cancelled
      </li>
      <li>
        <Sign color={RUN_COLORS.running}>
          <rect className={classes.bar} data-status="running" x={2} y={5} width={16} height={8} rx={2} />
        </Sign>
        running
      </li>
      <li>
        <Sign color={RUN_COLORS.succeeded}>
          <path className={classes.bar} d="M2 13V9h4v4zM7 13V3h4v10zM12 13V7h4v6z" />
        </Sign>
        many runs: the height is how many were running
      </li>
      <li>
        <Sign color="currentColor">
          <rect className={classes.pruned} x={2} y={9} width={16} height={4} />
        </Sign>
        runs that are no longer kept, by hour
      </li>
    </ul>
  );
}

function Sign({ color, children }: { readonly color: string; readonly children: ReactNode }) {
  return (
    <svg width={20} height={14} viewBox="0 0 20 14" aria-hidden="true" style={{ color }}>
      {children}
    </svg>
  );
}
