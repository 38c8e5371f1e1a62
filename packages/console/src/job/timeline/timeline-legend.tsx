import type { ReactNode } from 'react';
import { RUN_COLORS } from '../../ui/status/status.tsx';
import classes from './timeline.module.css';

/** The meaning of the timeline's marks. */
export function TimelineLegend() {
  return (
    <ul className={classes.legend} aria-label="Legend">
      <li>
        <Sign color={RUN_COLORS.succeeded}>
          <rect className={classes.bar} x={3} y={2} width={14} height={10} rx={2} />
        </Sign>
        a run; its length is its duration
      </li>
      <li>
        <Sign color={RUN_COLORS.failed}>
          <path className={classes.failure} d="M7 3l6 6m0 -6l-6 6" />
        </Sign>
        a failed attempt
      </li>
      <li>
        <Sign color={RUN_COLORS.cancelled}>
          <rect className={classes.bar} data-status="cancelled" x={3} y={2} width={14} height={10} rx={2} />
        </Sign>
        cancelled
      </li>
      <li>
        <Sign color={RUN_COLORS.queued}>
          <path className={classes.wait} d="M1 7H12" />
          <circle className={classes.hollow} cx={14} cy={7} r={3.5} />
        </Sign>
        waits
      </li>
      <li>
        <Sign color={RUN_COLORS.skipped}>
          <rect className={classes.skip} data-reason="overlap" x={5} y={2} width={3} height={10} />
          <rect className={classes.skip} data-reason="missed" x={12} y={2} width={3} height={10} />
        </Sign>
        a skipped slot (hollow: missed)
      </li>
      <li>
        <Sign color="currentColor">
          <line className={classes.upcoming} x1={10} x2={10} y1={1} y2={13} />
        </Sign>
        scheduled
      </li>
    </ul>
  );
}

function Sign({ color, children }: { readonly color: string; readonly children: ReactNode }) {
  return (
    <svg width={20} height={14} viewBox="0 0 20 14" aria-hidden="true" style={{ color: color }}>
      {children}
    </svg>
  );
}
