/** What differs between the databases in the statements about alerts. */
export interface AlertSql {
  /** The prefix of table names. */
  readonly schema: string;
  /** The prefix of numbered parameters. */
  readonly mark: '$' | '?';
  /** A row for each entry of the JSON array in a parameter, with the entry as `value`. */
  each(parameter: string): string;
  /** The end of a query that locks its rows of `c`, and leaves out those that others have locked. */
  readonly lockFree: string;
  /** Makes other changes of channels wait. Absent where nobody else writes. */
  readonly lockChannels?: string;
  /** A column of ids of jobs, compared byte by byte. */
  inByteOrder(column: string): string;
}
