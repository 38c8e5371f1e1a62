import type { PatchJob } from '@greenvue/jobs/client';
import type { ScheduleFields } from '../../ui/schedule/schedule-text.ts';
import type { Definition } from '../draft/draft.ts';
import { FIELD_LABELS } from '../labels/field-labels.ts';
import { BACKOFF_PARTS, isSameBackoff } from '../parts/backoff-draft.ts';
import { calendarPatch, isSameCalendar } from '../parts/calendar-draft.ts';
import { GATE_PARTS, gatePatch, isSameGate } from '../parts/gate-draft.ts';
import { schedulePatch, scheduleWords } from '../parts/schedule-draft.ts';
import { mergeShort, SHORT_FIELDS, type ShortValues, shortPatch } from '../parts/short-fields.ts';
import { textOf } from '../payload/json-text.ts';
import { type JsonObject, ownValue, sameJson, toJson } from '../payload/json-value.ts';
import { isWithin, pointerOf, stepsOf } from '../payload/pointer.ts';
import { mergeWatching, watchingPatch, watchingTexts } from './watch-changes.ts';

/** A field that differs, as text; undefined if the field is absent. */
export interface Change {
  readonly pointer: string;
  readonly label: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The differences of two definitions, in the order of the form. */
export function changesOf(before: Definition, after: Definition): readonly Change[] {
  const texts = textsOf(after);
  const old = textsOf(before);
  const pointers = new Set([...texts.keys(), ...old.keys()]);
  return [...pointers]
    .map((pointer) => ({
      pointer,
      label: changeLabel(pointer),
      before: old.get(pointer),
      after: texts.get(pointer),
    }))
    .filter((change) => change.before !== change.after);
}

/** Labels of fields whose label in the form is a question, or that are not in the form. */
const OTHER_LABELS: Readonly<Record<string, string>> = {
  '/overlap': 'Overlap',
  '/catch_up': 'Catch-up',
  '/priority': 'Priority',
  '/on_demand': 'On demand',
  '/calendar/mode': 'Mode of the calendar',
  '/pause_after': 'Failure budget',
};

function changeLabel(pointer: string): string {
  const label = OTHER_LABELS[pointer] ?? FIELD_LABELS[pointer];
  if (label === undefined) return `Payload: ${stepsOf(pointer).at(-1) ?? ''}`;
  if (isWithin(pointer, '/expect')) return `Expected: ${label}`;
  if (isWithin(pointer, '/only_if')) return `Gate: ${label}`;
  if (isWithin(pointer, '/after')) return `After a job: ${label}`;
  return isWithin(pointer, '/backoff') ? `Backoff: ${label}` : label;
}

type FieldText = readonly [pointer: string, text: string | undefined];

const OF_TYPE = "the job type's";

/** The text of each field, in the order of the form. */
function textsOf(definition: Definition): ReadonlyMap<string, string | undefined> {
  const { name, description, calendar, overlap, catchUp, gate, short, backoff } = definition;
  return new Map([
    ['/name', name],
    ['/description', description === '' ? undefined : description],
    ...payloadTexts(definition.payload),
    ...scheduleTexts(scheduleWords(definition.schedule)),
    ['/calendar/id', calendar?.id],
    ['/calendar/mode', calendar?.mode],
    ['/overlap', overlap],
    ['/catch_up', catchUp],
    ['/priority', definition.priority],
    ...GATE_PARTS.map((part): FieldText => [`/only_if/${part}`, gate?.[part]]),
    ...shortWords('advanced', short),
    ...BACKOFF_PARTS.map((part): FieldText => [`/backoff/${part}`, String(backoff?.[part] ?? OF_TYPE)]),
    ...watchingTexts(definition.watching),
    ...shortWords('watching', short),
  ]);
}

function shortWords(section: 'advanced' | 'watching', values: ShortValues): readonly FieldText[] {
  return SHORT_FIELDS.filter((field) => field.section === section).map(({ name, ofType }) => [
    `/${name}`,
    values[name]?.toString() ?? (ofType && OF_TYPE),
  ]);
}

function payloadTexts(payload: JsonObject | null): readonly FieldText[] {
  if (payload === null) return [['/payload', 'each run brings its own']];
  return Object.entries(payload).map(([key, value]) => [pointerOf(['payload', key]), textOf(sorted(value))]);
}

/** Sorts keys, because their order is no change. */
function sorted(value: JsonObject[string]): JsonObject[string] {
  return toJson(JSON.parse(JSON.stringify(value, (_, part: unknown) => inOrder(part))));
}

function inOrder(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function scheduleTexts(schedule: ScheduleFields): readonly FieldText[] {
  const { interval, interval_mode: mode, cron, rrule, timezone, run_at: runAt } = schedule;
  return [
    ['/interval', interval ?? undefined],
    ['/interval_mode', mode === null ? undefined : MODES[mode]],
    ['/cron', cron ?? undefined],
    ['/rrule', rrule ?? undefined],
    ['/timezone', timezone ?? undefined],
    ['/run_at', runAt ?? undefined],
    ['/on_demand', schedule.on_demand ? 'yes' : undefined],
    ['/after/job', schedule.after?.job],
    ['/after/on', schedule.after?.on],
    ['/start_at', schedule.start_at ?? undefined],
    ['/end_at', schedule.end_at ?? undefined],
    ['/max_runs', schedule.max_runs?.toString()],
    ['/spread', schedule.spread ?? undefined],
  ];
}

const MODES = { fixed_rate: 'from start to start', fixed_delay: 'from end to start' } as const;

/** The merge patch from one definition to another. */
export function patchOf(before: Definition, after: Definition): PatchJob {
  const { name, description, overlap, payload, catchUp, short, backoff } = after;
  return {
    ...(before.name === name ? {} : { name }),
    ...(before.description === description ? {} : { description }),
    ...schedulePatch(before.schedule, after.schedule),
    ...calendarPatch(before.calendar, after.calendar),
    ...(sameJson(before.payload, payload) ? {} : { payload }),
    ...(before.overlap === overlap ? {} : { overlap }),
    ...(before.catchUp === catchUp ? {} : { catch_up: catchUp }),
    ...(before.priority === after.priority ? {} : { priority: priorityOf(after) }),
    ...gatePatch(before.gate, after.gate),
    ...shortPatch(before.short, short),
    ...(isSameBackoff(before.backoff, backoff) ? {} : { backoff: backoff ?? null }),
    ...watchingPatch(before.watching, after.watching),
  };
}

/** Null resets it to the default. */
function priorityOf({ priority }: Definition): PatchJob['priority'] {
  return priority === 'normal' ? null : priority;
}

/** Two edits of the same job. `mine` and `theirs` both started from `base`, and `theirs` is saved. */
interface TwoEdits {
  readonly base: Definition;
  readonly mine: Definition;
  readonly theirs: Definition;
}

/** Applies the user's edit to the saved job. Fields that `mine` did not change stay theirs. */
export function mergeEdits({ base, mine, theirs }: TwoEdits): Definition {
  const isMine = Object.keys(schedulePatch(base.schedule, mine.schedule)).length > 0;
  return {
    id: theirs.id,
    type: theirs.type,
    name: base.name === mine.name ? theirs.name : mine.name,
    description: base.description === mine.description ? theirs.description : mine.description,
    // As a whole, because a mix of two schedules would match neither edit.
    schedule: isMine ? mine.schedule : theirs.schedule,
    // As a whole, like the gate: a mode goes with its calendar.
    calendar: isSameCalendar(base.calendar, mine.calendar) ? theirs.calendar : mine.calendar,
    payload: payloadOnto(base.payload, mine.payload, theirs.payload),
    overlap: base.overlap === mine.overlap ? theirs.overlap : mine.overlap,
    catchUp: base.catchUp === mine.catchUp ? theirs.catchUp : mine.catchUp,
    priority: base.priority === mine.priority ? theirs.priority : mine.priority,
    // As a whole, because half of each would be a gate that nobody asked for.
    gate: isSameGate(base.gate, mine.gate) ? theirs.gate : mine.gate,
    short: mergeShort({ base: base.short, mine: mine.short, theirs: theirs.short }),
    backoff: isSameBackoff(base.backoff, mine.backoff) ? theirs.backoff : mine.backoff,
    watching: mergeWatching({ base: base.watching, mine: mine.watching, theirs: theirs.watching }),
  };
}

type Payload = Definition['payload'];

function payloadOnto(base: Payload, mine: Payload, theirs: Payload): Payload {
  if (sameJson(base, mine)) return theirs;
  if (base === null || mine === null || theirs === null) return mine;
  const keys = new Set([...Object.keys(theirs), ...Object.keys(mine)]);
  return Object.fromEntries(
    [...keys].flatMap((key) => {
      const isTheirs = sameJson(ownValue(base, key), ownValue(mine, key));
      const value = ownValue(isTheirs ? theirs : mine, key);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}

/** A field that either of the two edits changed. */
export interface Difference {
  readonly pointer: string;
  readonly label: string;
  readonly base: string | undefined;
  readonly theirs: string | undefined;
  readonly mine: string | undefined;
  readonly changedBy: 'mine' | 'theirs' | 'both';
}

/** Whether `theirs` contains all of `mine`, so that there is nothing to save. */
export function includesMine({ base, mine, theirs }: TwoEdits): boolean {
  const left = changesOf(theirs, mine).map(({ pointer }) => pointer);
  return changesOf(base, mine).every(({ pointer }) => !left.includes(pointer));
}

/** The fields in which two edits of the same job differ. Fields that both changed alike are left out. */
export function differencesOf({ base, mine, theirs }: TwoEdits): readonly Difference[] {
  const byMe = new Map(changesOf(base, mine).map((change) => [change.pointer, change]));
  const byThem = new Map(changesOf(base, theirs).map((change) => [change.pointer, change]));
  // With the keys of all three, for the order of the form.
  const all = textsOf({ ...base, payload: { ...base.payload, ...mine.payload, ...theirs.payload } });
  return [...all.keys()].flatMap((pointer) => {
    const me = byMe.get(pointer);
    const them = byThem.get(pointer);
    const change = me ?? them;
    if (change === undefined || (me !== undefined && them !== undefined && me.after === them.after))
      return [];
    const difference: Difference = {
      pointer,
      label: change.label,
      base: change.before,
      theirs: them === undefined ? change.before : them.after,
      mine: me === undefined ? change.before : me.after,
      changedBy: me === undefined ? 'theirs' : them === undefined ? 'mine' : 'both',
    };
    return [difference];
  });
}
