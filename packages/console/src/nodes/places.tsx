import classes from './node-state.module.css';

interface PlacesProps {
  readonly busy: number;
  readonly places: number;
}

/** How many places of a node are busy. */
export function Places({ busy, places }: PlacesProps) {
  return (
    <span className={classes.places}>
      <meter
        className={classes.meter}
        min={0}
        max={Math.max(1, places)}
        value={busy}
        aria-label="Places busy"
      />
      {busy} of {places}
    </span>
  );
}
