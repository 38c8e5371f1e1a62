/** Reads the memory in one turn. `now` is the time of the database. */
export type Read = <T>(work: (now: number) => T) => Promise<T>;
