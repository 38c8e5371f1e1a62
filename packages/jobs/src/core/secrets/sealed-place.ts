import { SEALED_TABLES, type SealedTable } from '../store/secret-store.ts';

/** Where a reseal continues: after the row with this key, or at the beginning of the table. */
export interface SealedPlace {
  readonly table: SealedTable;
  readonly key?: string | undefined;
}

/** Rows by their number. Others go by name. */
const NUMBERED: Partial<Record<SealedTable, RegExp>> = {
  jobs: /^\d{1,15}$/,
  job_versions: /^\d{1,15}\/\d{1,9}$/,
  live_runs: /^\d{1,15}$/,
  runs: /^\d{1,15}$/,
  checkpoints: /^\d{1,15}$/,
};

export const FIRST_SEALED_PLACE: SealedPlace = { table: 'jobs' };

/** The text that {@link sealedPlaceIn} reads. */
export function sealedPlaceText({ table, key = '' }: SealedPlace): string {
  return `${table}:${key}`;
}

/** P40, secrets in payloads: the place in the `next` of a reseal. Undefined for any other text. */
export function sealedPlaceIn(text: string): SealedPlace | undefined {
  const [name, ...rest] = text.split(':');
  const table = SEALED_TABLES.find((one) => one === name);
  if (table === undefined) return undefined;
  const key = rest.join(':');
  if (key === '') return { table };
  return NUMBERED[table]?.test(key) === false ? undefined : { table, key };
}
