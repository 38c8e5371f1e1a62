import classes from './heat.module.css';
import { LEVELS } from './heat-cells.ts';

/** The meaning of the heat map's colors and marks. */
export function HeatLegend() {
  return (
    <ul className={classes.legend} aria-label="Legend">
      <li>
        fewer
        <span className={classes.scale} aria-hidden="true">
          {Array.from({ length: LEVELS + 1 }, (_, level) => level).map((level) => (
            <span key={level} className={classes.sample} data-level={level} />
          ))}
        </span>
        more runs
      </li>
      <li>
        <span className={classes.sample} data-level={1} data-clash aria-hidden="true" />a clash: many runs
        begin in the same minute
      </li>
      <li>
        <span className={classes.sample} data-level={0} data-paused aria-hidden="true" />
        runs of paused jobs, not counted
      </li>
    </ul>
  );
}
