import { ConnectionError, type Fault } from '@greenvue/jobs/client';
import { describe, expect, test } from 'vitest';
import { exampleRefusal } from '../../../test/examples.ts';
import { payloadField } from '../payload/payload-fields.ts';
import { newDraft, withType } from './draft.ts';
import { placeFaults, refusalOf, shownFields, withoutFaults } from './faults.ts';

const FIELD = payloadField({
  type: 'object',
  additionalProperties: false,
  properties: {
    days_old: { type: 'integer' },
    rules: { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } },
    free: { type: 'object', additionalProperties: {} },
  },
});
const DRAFT = withType(
  newDraft(),
  { type: 'clean', defaults: { days_old: 30, rules: ['a'], free: {} } },
  FIELD,
);
const SHOWN = shownFields(DRAFT, FIELD);

const problem = (status: number, faults: readonly Fault[] = [], detail = 'It is not valid.') =>
  exampleRefusal(status, { faults, detail });

describe('placeFaults', () => {
  test('assigns each error to its field, or to the nearest one shown', () => {
    const placed = placeFaults(
      [
        { pointer: '/payload/free/a/b', detail: 'is too long' },
        { pointer: '/payload/days_old', detail: 'must be a whole number' },
        { pointer: '/payload/gone', detail: 'unknown key' },
        { pointer: '/interval', detail: 'must be at least 1s' },
        { pointer: '/cron', detail: 'must have five fields' },
        { pointer: '', detail: 'a schedule is missing' },
      ],
      SHOWN,
    );
    expect(Object.fromEntries(placed.byField)).toEqual({
      '/payload/free': 'in a/b: is too long',
      '/payload/days_old': 'must be a whole number',
      '/payload': 'in gone: unknown key',
      '/interval': 'must be at least 1s',
    });
    expect(placed.all).toEqual([
      { field: undefined, detail: 'in cron: must have five fields' },
      { field: undefined, detail: 'a schedule is missing' },
      { field: '/payload', detail: 'in gone: unknown key' },
      { field: '/payload/days_old', detail: 'must be a whole number' },
      { field: '/payload/free', detail: 'in a/b: is too long' },
      { field: '/interval', detail: 'must be at least 1s' },
    ]);
  });

  test('leaves out the name of the field in the API, because its label stands there', () => {
    const after = { ...DRAFT, schedule: { ...DRAFT.schedule, kind: 'after' } } as const;
    const detail = 'after.job must be the id of another job';
    const placed = placeFaults([{ pointer: '/after/job', detail }], shownFields(after, FIELD));
    expect(placed.all).toEqual([{ field: '/after/job', detail: 'must be the id of another job' }]);
  });

  test('keeps two errors of one field', () => {
    const placed = placeFaults(
      [
        { pointer: '/payload/rules/0', detail: 'must be a string' },
        { pointer: '/payload/rules/0', detail: 'must be short' },
      ],
      SHOWN,
    );
    expect(placed.byField.get('/payload/rules/0')).toBe('must be a string; must be short');
    expect(placed.all).toHaveLength(2);
  });

  test('does not confuse a longer name with a part', () => {
    expect(placeFaults([{ pointer: '/name_of', detail: 'unknown field' }], SHOWN).all).toEqual([
      { field: undefined, detail: 'in name_of: unknown field' },
    ]);
  });
});

describe('refusalOf', () => {
  test('has the errors of a 422, those of a backoff at its parts', () => {
    const faults = [
      { pointer: '/name', detail: 'must not be empty' },
      { pointer: '/backoff', detail: 'backoff.max must be at least backoff.initial, which is at least 0s' },
      { pointer: '/backoff', detail: 'backoff.initial: a unit is missing' },
      { pointer: '/pause_after', detail: 'pause_after.of_last must be a whole number from 5 to 50' },
      { pointer: '/expect', detail: 'expect.duration must be from 1s to 9600h' },
    ];
    expect(refusalOf(problem(422, faults), 'edit')).toEqual({
      faults: [
        { pointer: '/name', detail: 'must not be empty' },
        { pointer: '/backoff/max', detail: 'must be at least backoff.initial, which is at least 0s' },
        { pointer: '/backoff/initial', detail: 'a unit is missing' },
        { pointer: '/pause_after/of_last', detail: 'must be a whole number from 5 to 50' },
        { pointer: '/expect/duration', detail: 'must be from 1s to 9600h' },
      ],
      problem: undefined,
    });
  });

  test('reads a conflict at creation as a taken id', () => {
    const taken = problem(409, [], 'A job with the id "a" exists.');
    expect(refusalOf(taken, 'create').faults).toMatchObject([{ pointer: '/id' }]);
    expect(refusalOf(taken, 'edit')).toEqual({ faults: [], problem: 'A job with the id "a" exists.' });
  });

  test('says that a creation without an answer may have succeeded', () => {
    const lost = new ConnectionError('no_answer', 'The server does not answer.');
    expect(refusalOf(lost, 'create').problem).toContain('may have been created anyway');
    expect(refusalOf(lost, 'edit').problem).not.toContain('may have been created');
  });
});

test('editing a field removes its errors and those of its parts', () => {
  const faults = [
    { pointer: '/payload/rules', detail: 'a' },
    { pointer: '/payload/rules/0', detail: 'b' },
    { pointer: '/payload/rules_2', detail: 'c' },
  ];
  expect(withoutFaults(faults, '/payload/rules').map(({ detail }) => detail)).toEqual(['c']);
  expect(withoutFaults(faults, '/payload/rules/0').map(({ detail }) => detail)).toEqual(['a', 'c']);
});
