/** What time it is, in milliseconds since the epoch; features take it as a dependency. */
export interface Clock {
  now(): number;
}
