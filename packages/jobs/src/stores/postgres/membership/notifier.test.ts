import { expect, it } from 'vitest';
import { z } from 'zod';
import type { NodeEvent, Notice } from '../../../core/nodes/membership.ts';
import { messageIn, payloadsOf } from './notifier.ts';

const message = z.object({
  from: z.string(),
  notices: z.array(z.looseObject({ kind: z.string(), runIds: z.unknown(), events: z.unknown() }).partial()),
});
const noticesIn = (payloads: readonly string[]) =>
  payloads.flatMap((one) => message.parse(JSON.parse(one)).notices);
const listIn = (payloads: readonly string[], name: 'runIds' | 'events') =>
  noticesIn(payloads).flatMap((notice) => z.array(z.unknown()).parse(notice[name]));

it('puts notices into one payload if they fit, in order', () => {
  const notices: Notice[] = [
    { kind: 'wake' },
    { kind: 'job_changed', jobId: 'a' },
    { kind: 'all_paused' },
    { kind: 'node_drain', nodeId: 'x' },
  ];
  const payloads = payloadsOf('node', notices);
  expect(payloads).toHaveLength(1);
  expect(noticesIn(payloads)).toEqual(notices);
});

it('splits notices that are too long for PostgreSQL, and loses none', () => {
  const runIds = Array.from({ length: 5_000 }, (_, n) => String(517_393_612_800_000 + n));
  const payloads = payloadsOf('node', [{ kind: 'cancel', runIds }]);
  expect(Math.max(...payloads.map((payload) => Buffer.byteLength(payload)))).toBeLessThan(8_000);
  expect(listIn(payloads, 'runIds')).toEqual(runIds);
});

it('splits events by their bytes, and sends an event without data if it is too large for a payload', () => {
  const event = (runId: string, note: string): NodeEvent => ({
    at: 0,
    type: 'run.progress',
    jobId: 'j'.repeat(128),
    runId,
    data: { note },
  });
  const events = Array.from({ length: 300 }, (_, n) => event(String(n), 'ü'.repeat(n * 3)));
  const payloads = payloadsOf('node', [
    { kind: 'events', events: [...events, event('long', '\0'.repeat(3_000))] },
  ]);
  expect(Math.max(...payloads.map((payload) => Buffer.byteLength(payload)))).toBeLessThan(8_000);
  expect(listIn(payloads, 'events')).toEqual([...events, { ...event('long', ''), data: {} }]);
});

it('receives its own messages', () => {
  const notices: Notice[] = [
    { kind: 'wake' },
    { kind: 'job_changed', jobId: 'a' },
    { kind: 'cancel', runIds: ['1', '2'] },
    { kind: 'events', events: [{ at: 1, type: 'run.progress', jobId: 'a', runId: '1', data: { done: 1 } }] },
    { kind: 'events', events: [{ at: 1, type: 'runs.coalesced', jobId: 'a', count: 2 }] },
  ];
  expect(payloadsOf('node', notices).map(messageIn)).toEqual([{ from: 'node', notices }]);
});

it.each([
  '',
  'hello',
  'null',
  '7',
  '[]',
  '{}',
  '{"from":"x"}',
  '{"from":1,"notices":[]}',
  '{"from":"x","notices":{}}',
])('ignores the payload %s, which no node sends', (payload) => expect(messageIn(payload)).toBeUndefined());

it.each([
  null,
  'wake',
  {},
  { kind: 'of a newer version' },
  { kind: 'job_changed' },
  { kind: 'cancel' },
  { kind: 'cancel', runIds: [1] },
  { kind: 'events', events: {} },
  { kind: 'events', events: [null] },
  { kind: 'events', events: [{ at: 'now', type: 'job.created', jobId: 'a' }] },
  { kind: 'events', events: [{ at: 1e300, type: 'job.created', jobId: 'a' }] },
  { kind: 'events', events: [{ at: 1, type: 'job.created', jobId: 'a', data: 7 }] },
])('leaves out %j, and takes the rest', (notice) => {
  const payload = JSON.stringify({ from: 'x', notices: [notice, { kind: 'wake' }] });
  expect(messageIn(payload)).toEqual({ from: 'x', notices: [{ kind: 'wake' }] });
});
