export interface CalendarChoice {
  readonly id: string;
  readonly mode: 'skip' | 'move';
}

export interface After {
  readonly job: string;
  readonly on?: ChainEnd;
}

export interface OnlyIf {
  readonly job: string;
  readonly succeeded_within: string;
}

export interface Budget {
  readonly failures: number;
  readonly of_last?: number;
}

const CHAIN_ENDS = ['succeeded', 'failed', 'finished'] as const;
type ChainEnd = (typeof CHAIN_ENDS)[number];

/** `skip:holidays` or `move:nights`. */
export function parseCalendar(text: string): CalendarChoice {
  const [, mode, id] = /^(skip|move):(.+)$/.exec(text) ?? [];
  if (id !== undefined && (mode === 'skip' || mode === 'move')) return { id, mode };
  throw new Error('must be skip: or move: and the id of a calendar, such as skip:holidays');
}

/** `3/5`, `3` or `none`. */
export function parseBudget(text: string): Budget | 'none' {
  if (text === 'none') return text;
  const [, failures, ofLast] = /^(\d{1,3})(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (failures === undefined) throw new Error('must be such as 3 (in a row), 3/5 (3 of the last 5) or none');
  return { failures: Number(failures), ...(ofLast === undefined ? {} : { of_last: Number(ofLast) }) };
}

/** `import`, `import/failed` or `import/finished`. */
export function parseAfter(text: string): After {
  const [job = '', end, ...rest] = text.split('/');
  const on = CHAIN_ENDS.find((one) => one === end);
  if (job === '' || rest.length > 0 || (end !== undefined && on === undefined))
    throw new Error('must be the id of a job, such as import, import/failed or import/finished');
  return on === undefined ? { job } : { job, on };
}

/** `import/24h`. No id contains a slash. */
export function parseOnlyIf(text: string): OnlyIf {
  const [job = '', within = '', ...rest] = text.split('/');
  if (job === '' || within === '' || rest.length > 0)
    throw new Error('must be the id of a job and a duration, such as import/24h');
  return { job, succeeded_within: within };
}

export function parseNumber(text: string): number {
  if (/^\d{1,6}(\.\d{1,6})?$/.test(text)) return Number(text);
  throw new Error('must be a number, such as 2 or 0.1');
}
