import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { definitions } from '../../../test/definitions.ts';
import { written } from '../payload/json-value.ts';
import { asText } from '../payload/payload-draft.ts';
import { payloadField } from '../payload/payload-fields.ts';
import {
  createBody,
  type Draft,
  draftOf,
  newDraft,
  payloadOf,
  readDraft,
  sameDraft,
  withPayload,
  withPayloadPerRun,
  withType,
} from './draft.ts';
import { probeOf } from './probe.ts';

// A zone with clock changes: a local time that exists twice must keep its instant.
beforeEach(() => vi.stubEnv('TZ', 'Europe/Berlin'));
afterEach(() => vi.unstubAllEnvs());

const SCHEMA = {
  type: 'object',
  properties: { days: { type: 'integer', default: 30 } },
  additionalProperties: false,
};

describe('a job in the form', () => {
  test('comes back unchanged', () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        expect(readDraft(draftOf(definition))).toEqual({ ok: true, value: definition });
      }),
    );
  });

  test('comes back unchanged and not dirty after its payload was shown as JSON', () => {
    fc.assert(
      fc.property(definitions, (definition) => {
        const draft = draftOf(definition);
        const asJson = withPayload(draft, { as: 'json', text: asText(payloadOf(draft)) });
        expect(readDraft(asJson)).toEqual({ ok: true, value: definition });
        expect(sameDraft(draft, asJson)).toBe(true);
      }),
    );
  });

  test('is dirty after any edit', () => {
    const draft = newDraft();
    expect(sameDraft(draft, { ...draft, name: 'x' })).toBe(false);
    expect(sameDraft(draft, { ...draft, schedule: { ...draft.schedule, interval: '5' } })).toBe(false);
    const typed = { ...draft, type: 't' };
    const writing = withPayload(typed, { as: 'form', value: { a: written('1', 'json') } });
    expect(sameDraft(typed, writing)).toBe(false);
    expect(sameDraft(draft, { ...draft, short: { timeout: '5m' } })).toBe(false);
    expect(sameDraft(draft, { ...draft, short: { timeout: '' } })).toBe(true);
  });
});

describe('a job on demand whose runs bring their payloads', () => {
  const field = payloadField(SCHEMA);
  const onDemand = { ...newDraft().schedule, kind: 'on_demand' } as const;
  const typed = withType({ ...newDraft(), id: 't', name: 'T' }, { type: 't', defaults: null }, field);
  const perRun = withPayloadPerRun({ ...typed, schedule: onDemand }, true, field);

  test('is saved without a payload', () => {
    const read = readDraft(perRun);
    expect(read).toMatchObject({ ok: true, value: { payload: null } });
    expect(read.ok && createBody(read.value)).toMatchObject({ on_demand: true, payload: null });
  });

  test('has its payload again with a schedule, or once each run no longer brings one', () => {
    const days = { ok: true, value: { payload: { days: 30 } } };
    const scheduled = { ...perRun, schedule: { ...onDemand, kind: 'cron', cron: '0 3 * * *' } } as const;
    expect(readDraft(scheduled)).toMatchObject(days);
    expect(readDraft(withPayloadPerRun(perRun, false, field))).toMatchObject(days);
  });

  test('gets the defaults of its type when it had no payload', () => {
    const read = readDraft(perRun);
    if (!read.ok) throw new Error('it is complete');
    const again = withPayloadPerRun(draftOf(read.value), false, field);
    expect(readDraft(again)).toMatchObject({ ok: true, value: { payload: { days: 30 } } });
  });
});

describe('a new job', () => {
  test('gets the defaults of its type, and restores the payload of a type chosen again', () => {
    const field = payloadField(SCHEMA);
    const first = withType(newDraft(), { type: 'clean', defaults: { days: 30 } }, field);
    expect(payloadOf(first)).toEqual({ as: 'form', value: { days: 30 } });
    const written = withPayload(first, { as: 'form', value: { days: 5 } });
    const other = withType(written, { type: 'mail', defaults: null }, payloadField({}));
    expect(payloadOf(other)).toEqual({ as: 'json', text: '{}' });
    expect(payloadOf(withType(other, { type: 'clean', defaults: { days: 30 } }, field))).toEqual(
      payloadOf(written),
    );
  });

  test('queues a run after another job unless another overlap is chosen, as the engine does', () => {
    const draft = { ...newDraft(), id: 'a', name: 'A', type: 't' };
    const schedule = {
      ...draft.schedule,
      interval: '1h',
      after: { job: 'import', on: 'succeeded' },
    } as const;
    const overlapOf = (fields: Partial<Draft>) => {
      const read = readDraft({ ...draft, ...fields });
      return read.ok ? read.value.overlap : read.faults;
    };
    const after = { ...schedule, kind: 'after' } as const;
    expect(overlapOf({ schedule })).toBe('skip');
    expect(overlapOf({ schedule: after })).toBe('queue');
    expect(overlapOf({ schedule: after, overlap: 'skip' })).toBe('skip');
  });

  test('is not sent without an id, a name or a type, or with invalid numbers or dates', () => {
    const draft = {
      ...newDraft(),
      schedule: { ...newDraft().schedule, kind: 'run_at' as const },
      short: { max_attempts: 'many' },
      backoff: { initial: '', max: '', factor: 'x', jitter: '0.1' },
    };
    const read = readDraft(draft);
    expect(read.ok ? [] : read.faults.map(({ pointer }) => pointer).sort()).toEqual([
      '/backoff/factor',
      '/id',
      '/max_attempts',
      '/name',
      '/run_at',
      '/type',
    ]);
  });

  test('is checked in its valid parts while it has faults of its own', () => {
    const pointersOf = (draft: Draft) => {
      const read = readDraft(draft);
      return probeOf(draft, read.ok ? [] : read.faults);
    };
    expect(pointersOf(newDraft())).toBeUndefined();
    const schedule = { ...newDraft().schedule, interval: 'soon' };
    expect(pointersOf({ ...newDraft(), schedule })).toEqual({
      interval: 'soon',
      interval_mode: 'fixed_rate',
      count: 1,
    });
    const typed = withType(
      { ...newDraft(), schedule },
      { type: 'clean', defaults: null },
      payloadField(SCHEMA),
    );
    expect(pointersOf({ ...typed, short: { max_attempts: '0' } })).toMatchObject({
      id: 'a',
      name: 'a',
      type: 'clean',
      interval: 'soon',
      payload: { days: 30 },
    });
  });

  test('leaves out fields that are left to the type', () => {
    const field = payloadField(SCHEMA);
    const typed = withType(
      { ...newDraft(), id: ' clean ', name: 'Clean' },
      { type: 'clean', defaults: null },
      field,
    );
    const short = { timeout: ' 1h ', max_attempts: ' ' };
    const read = readDraft({ ...typed, short, schedule: { ...typed.schedule, interval: ' 5m ' } });
    expect(read.ok ? createBody(read.value) : read.faults).toEqual({
      id: 'clean',
      name: 'Clean',
      type: 'clean',
      interval: '5m',
      interval_mode: 'fixed_rate',
      payload: { days: 30 },
      overlap: 'skip',
      catch_up: 'once',
      timeout: '1h',
    });
  });
});
