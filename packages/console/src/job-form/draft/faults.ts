import { ApiError, ConnectionError, type Fault } from '@greenvue/jobs/client';
import { faultWords, plainDetail } from '../../ui/feedback/fault-words.ts';
import { BACKOFF_PARTS } from '../parts/backoff-draft.ts';
import { calendarFieldsOf } from '../parts/calendar-draft.ts';
import { GATE_PARTS } from '../parts/gate-draft.ts';
import { scheduleFieldsOf } from '../parts/schedule-draft.ts';
import { shortPointers } from '../parts/short-fields.ts';
import { BUDGET_PARTS, EXPECT_PARTS } from '../parts/watch-draft.ts';
import type { Field } from '../payload/payload-model.ts';
import { isWithin } from '../payload/pointer.ts';
import { type Draft, payloadPointers } from './draft.ts';

/** The errors of a draft, from the server or from the form. */
export interface Refusal {
  readonly faults: readonly Fault[];
  /** An error without a field: no answer, missing rights, too many requests. */
  readonly problem: string | undefined;
}

export const NO_REFUSAL: Refusal = { faults: [], problem: undefined };

/**
 * The errors in the server's refusal. `sent`: whether the request was to create or to edit. `owner`: the name
 * of the job that already has the id, if it is known.
 */
export function refusalOf(error: unknown, sent: 'create' | 'edit', owner?: string): Refusal {
  if (error instanceof ApiError) {
    if (isIdTaken(error, sent)) return refused([idTaken(owner)]);
    if (error.faults.length > 0) return refused(error.faults.map(pointedAt));
    return { faults: [], problem: error.detail };
  }
  const { title, advice } = faultWords(error);
  // A request without an answer may still have succeeded.
  const isUnsure = sent === 'create' && error instanceof ConnectionError;
  return { faults: [], problem: `${title}. ${isUnsure ? MAY_BE_CREATED : advice}` };
}

const MAY_BE_CREATED = 'The job may have been created anyway: check the job list before you try again.';

function isIdTaken(error: unknown, sent: 'create' | 'edit'): boolean {
  return sent === 'create' && error instanceof ApiError && error.status === 409;
}

function idTaken(owner: string | undefined): Fault {
  return {
    pointer: '/id',
    detail: `this id is already used by ${owner ?? 'another job'}: choose another id`,
  };
}

function refused(faults: readonly Fault[]): Refusal {
  return { faults, problem: undefined };
}

/** Fields that the server checks as a whole, and their parts. */
const WHOLE: readonly (readonly [name: string, parts: readonly string[]])[] = [
  ['backoff', BACKOFF_PARTS],
  ['only_if', GATE_PARTS],
  ['pause_after', BUDGET_PARTS],
  ['expect', EXPECT_PARTS],
];

/** The message about a field that is checked as a whole names the part. */
function pointedAt(fault: Fault): Fault {
  const [name, parts = []] = WHOLE.find(([field]) => fault.pointer === `/${field}`) ?? [];
  const part = parts.find((one) => fault.detail.startsWith(`${name}.${one}`));
  return part === undefined
    ? fault
    : {
        pointer: `/${name}/${part}`,
        detail: fault.detail.slice(`${name}.${part}`.length).replace(/^[:\s]+/, ''),
      };
}

/**
 * The pointers of all fields that the form shows for a draft. `field` is the payload's; undefined without a
 * type.
 */
export function shownFields(draft: Draft, field: Field | undefined): readonly string[] {
  return [
    '/name',
    '/id',
    '/description',
    '/type',
    ...(field === undefined ? [] : payloadPointers(draft, field)),
    ...scheduleFieldsOf(draft.schedule.kind).map((name) => `/${name}`),
    ...calendarFieldsOf(draft.calendar, draft.schedule.kind).map((name) => `/${name}`),
    ...ADVANCED_FIELDS,
    ...(draft.watching.budgetOf === 'job'
      ? WATCH_FIELDS
      : WATCH_FIELDS.filter((pointer) => !pointer.startsWith('/pause_after/'))),
  ];
}

/** The fields in the section about overlap, catch-up and retries. */
export const ADVANCED_FIELDS: readonly string[] = [
  '/overlap',
  '/catch_up',
  '/priority',
  '/only_if',
  ...GATE_PARTS.map((part) => `/only_if/${part}`),
  ...shortPointers('advanced'),
  '/backoff',
  ...BACKOFF_PARTS.map((part) => `/backoff/${part}`),
];

/** The fields in the section about watching. */
export const WATCH_FIELDS: readonly string[] = [
  '/tags',
  '/pause_after',
  ...BUDGET_PARTS.map((part) => `/pause_after/${part}`),
  ...EXPECT_PARTS.map((part) => `/expect/${part}`),
  '/alerts',
  ...shortPointers('watching'),
];

export interface PlacedFaults {
  /** The error shown at each field. */
  readonly byField: ReadonlyMap<string, string>;
  /** All errors in the order of the form. An error without `field` belongs to no field. */
  readonly all: readonly PlacedFault[];
}

export interface PlacedFault {
  readonly field: string | undefined;
  readonly detail: string;
}

/**
 * Assigns each error to its field. An error of a part that has no field goes to the nearest field around it.
 */
export function placeFaults(faults: readonly Fault[], shown: readonly string[]): PlacedFaults {
  const byField = new Map<string, string>();
  const all = faults.map(({ pointer, detail: said }): PlacedFault => {
    const fault = { pointer, detail: withoutOwnName(pointer, plainDetail(said)) };
    const field = homeOf(fault.pointer, shown);
    if (field === undefined) return { field, detail: withPointer(fault.pointer, fault.detail) };
    const detail = withPointer(fault.pointer.slice(field.length), fault.detail);
    const known = byField.get(field);
    byField.set(field, known === undefined ? detail : `${known}; ${detail}`);
    return { field, detail };
  });
  const place = ({ field }: PlacedFault) => (field === undefined ? -1 : shown.indexOf(field));
  return { byField, all: all.sort((a, b) => place(a) - place(b)) };
}

/** The label of the field stands where the name in the API does: "Job to follow: must be …". */
function withoutOwnName(pointer: string, detail: string): string {
  const name = `${pointer.slice(1).replaceAll('/', '.')} `;
  return detail.startsWith(name) ? detail.slice(name.length) : detail;
}

function homeOf(pointer: string, shown: readonly string[]): string | undefined {
  const homes = shown.filter((field) => isWithin(pointer, field));
  return homes.sort((a, b) => b.length - a.length)[0];
}

function withPointer(pointer: string, detail: string): string {
  return pointer === '' ? detail : `in ${pointer.slice(1)}: ${detail}`;
}

/** The remaining errors once a field is edited: errors of that field and its parts are out of date. */
export function withoutFaults(faults: readonly Fault[], pointer: string): readonly Fault[] {
  return faults.filter((fault) => !isWithin(fault.pointer, pointer));
}
