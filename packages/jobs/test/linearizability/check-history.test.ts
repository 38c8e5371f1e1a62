import { expect, test } from 'vitest';
import { checkHistory, type Operation } from './check-history.ts';
import { type JobAnswer, type JobRequest, jobModel, type SeenJob } from './job-model.ts';
import { valueModel } from './value-model.ts';

type JobOperation = Operation<JobRequest, JobAnswer>;

const seen = (version: number, name: string, more: Partial<SeenJob> = {}): SeenJob => ({
  uid: 'u1',
  version,
  name,
  pauseReason: undefined,
  ...more,
});

/** An operation from one time to another; without an answer it is lost. */
function op(from: number, to: number, input: JobRequest, output?: JobAnswer): JobOperation {
  return output === undefined
    ? { input, invokedAt: from, answeredAt: Number.POSITIVE_INFINITY }
    : { input, output, invokedAt: from, answeredAt: to };
}

const ok = (job: SeenJob): JobAnswer => ({ status: 200, job });
const create = op(0, 1, { kind: 'create', name: 'a' }, { status: 201, job: seen(1, 'a') });
const get = { kind: 'get' } as const;
const patch = (name: string): JobRequest => ({ kind: 'patch', name });
const guarded = (name: string, version: number): JobRequest => ({
  kind: 'patch',
  name,
  ifMatch: `"u1.${version}"`,
});
const trigger = { kind: 'trigger', key: 'k' } as const;
const run = (id: string, isReplay: boolean): JobAnswer => ({
  status: 202,
  run: { id, isReplay, isLive: true },
});

const verdict = (...history: JobOperation[]) => checkHistory(jobModel, history);

test('a read beside an edit may show the job before or after it', () => {
  for (const job of [seen(1, 'a'), seen(2, 'b')]) {
    expect(verdict(create, op(2, 5, patch('b'), ok(seen(2, 'b'))), op(3, 4, get, ok(job)))).toBe(
      'linearizable',
    );
  }
});

test('a read after the answer of an edit that shows the job before it is a violation', () => {
  const stale = op(4, 5, get, ok(seen(1, 'a')));
  expect(verdict(create, op(2, 3, patch('b'), ok(seen(2, 'b'))), stale)).toBe('violation');
});

test('two reads beside an edit do not see it and then miss it', () => {
  const edit = op(2, 9, patch('b'), ok(seen(2, 'b')));
  const first = op(3, 4, get, ok(seen(2, 'b')));
  expect(verdict(create, edit, first, op(5, 6, get, ok(seen(1, 'a'))))).toBe('violation');
});

test('two edits under one ETag that both succeed are a violation, one refusal is not', () => {
  const one = op(2, 5, guarded('b', 1), ok(seen(2, 'b')));
  expect(verdict(create, one, op(3, 6, guarded('c', 1), ok(seen(2, 'c'))))).toBe('violation');
  expect(verdict(create, one, op(3, 6, guarded('c', 1), ok(seen(3, 'c'))))).toBe('violation');
  expect(verdict(create, one, op(3, 6, guarded('c', 1), { status: 412 }))).toBe('linearizable');
});

test('two creations of one id that both succeed are a violation', () => {
  const other = op(0, 2, { kind: 'create', name: 'b' }, { status: 201, job: seen(1, 'b', { uid: 'u2' }) });
  expect(verdict(create, other)).toBe('violation');
  const remove = op(0, 3, { kind: 'delete' }, { status: 204 });
  expect(verdict(create, other, remove)).toBe('linearizable');
});

test('an answer that shows the edit of somebody else is a violation', () => {
  const mine = op(2, 5, patch('b'), ok(seen(3, 'c')));
  expect(verdict(create, mine, op(3, 4, patch('c'), ok(seen(3, 'c'))))).toBe('violation');
});

test('a deleted generation does not come back', () => {
  const remove = op(2, 3, { kind: 'delete' }, { status: 204 });
  const again = op(4, 5, { kind: 'create', name: 'a' }, { status: 201, job: seen(1, 'a') });
  expect(verdict(create, remove, again)).toBe('violation');
});

test('an edit without an answer happens at any later time, or never, but not twice', () => {
  const lost = op(2, 0, patch('b'));
  const before = op(3, 4, get, ok(seen(1, 'a')));
  const after = op(5, 6, get, ok(seen(2, 'b')));
  expect(verdict(create, lost, before)).toBe('linearizable');
  expect(verdict(create, lost, before, after)).toBe('linearizable');
  expect(verdict(create, after)).toBe('violation');
  expect(verdict(create, lost, op(5, 6, get, ok(seen(3, 'b'))))).toBe('violation');
});

test('a dedupe key makes one run, also where the first request had no answer', () => {
  expect(verdict(create, op(2, 3, trigger, run('r1', false)), op(4, 5, trigger, run('r1', true)))).toBe(
    'linearizable',
  );
  expect(verdict(create, op(2, 3, trigger, run('r1', false)), op(4, 5, trigger, run('r2', false)))).toBe(
    'violation',
  );
  expect(verdict(create, op(2, 0, trigger), op(4, 5, trigger, run('r1', true)))).toBe('linearizable');
  expect(verdict(create, op(4, 5, trigger, run('r1', true)))).toBe('violation');
});

test('a run that an answer showed as cancelled is not live later, and starts again only as another run', () => {
  const made = op(2, 3, trigger, run('r1', false));
  const cancel = op(
    4,
    5,
    { kind: 'cancel', runId: 'r1' },
    { status: 202, run: { id: 'r1', isReplay: false, isLive: false } },
  );
  const live = op(
    6,
    7,
    { kind: 'get run', runId: 'r1' },
    { status: 200, run: { id: 'r1', isReplay: false, isLive: true } },
  );
  const retry = (id: string) => op(6, 7, { kind: 'retry', runId: 'r1' }, run(id, false));
  expect(verdict(create, made, live)).toBe('linearizable');
  expect(verdict(create, made, cancel, live)).toBe('violation');
  expect(verdict(create, made, cancel, retry('r2'))).toBe('linearizable');
  expect(verdict(create, made, cancel, retry('r1'))).toBe('violation');
  expect(verdict(create, made, retry('r2'))).toBe('violation');
});

test('a request without an answer may have come before or after the creation of its job', () => {
  const early = op(0, 0, trigger);
  const late = op(0.5, 0, trigger);
  const replay = op(4, 5, trigger, run('r1', true));
  expect(verdict(early, create, replay)).toBe('linearizable');
  expect(verdict(create, late, replay)).toBe('linearizable');
  expect(verdict(early, create, op(4, 5, trigger, run('r1', false)))).toBe('linearizable');
});

test('a value that was removed is not read later, and a put of it is new', () => {
  const put = (from: number, created: boolean) => ({
    input: { kind: 'put', value: 'a' } as const,
    output: { found: true, created },
    invokedAt: from,
    answeredAt: from + 1,
  });
  const remove = { input: { kind: 'remove' } as const, output: { found: true }, invokedAt: 2, answeredAt: 3 };
  const read = (from: number) => ({
    input: get,
    output: { found: true, value: 'a' },
    invokedAt: from,
    answeredAt: from + 0.5,
  });
  expect(checkHistory(valueModel, [put(0, true), remove, put(6, true)])).toBe('linearizable');
  expect(checkHistory(valueModel, [put(0, true), remove, put(6, false)])).toBe('violation');
  expect(checkHistory(valueModel, [put(0, true), read(1.2), remove])).toBe('linearizable');
  expect(checkHistory(valueModel, [put(0, true), remove, read(4)])).toBe('violation');
});
