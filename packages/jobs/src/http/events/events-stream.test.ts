import { expect, onTestFinished, test, vi } from 'vitest';
import { CONDITION_MS } from '../../../../../scripts/test-deadlines.ts';
import { EventRing } from '../../engine/events/event-ring.ts';
import { createFakeClock } from '../../testing/fake-clock.ts';
import type { EventFilter } from '../scope/scoped-events.ts';
import { EventTexts } from './event-texts.ts';
import { EventsStream } from './events-stream.ts';

const clock = createFakeClock(Date.UTC(2026, 0, 1));

/** A stream of a ring whose filter answers when it is told to. */
function openStream() {
  const ring = new EventRing({
    clock,
    logger: {
      error: (fields) => {
        throw fields;
      },
    },
  });
  const asked: { readonly jobId: string | undefined; readonly answer: (isWanted: boolean) => void }[] = [];
  const filter: EventFilter = ({ jobId }) =>
    new Promise((answer) => {
      asked.push({ jobId, answer });
    });
  const stream = new EventsStream({
    engine: ring,
    texts: new EventTexts(),
    jobId: undefined,
    newFilter: () => filter,
    lastEventId: undefined,
    heartbeatMs: 1_000_000,
    maxAgeMs: 1_000_000,
  });
  onTestFinished(() => void stream.destroy());
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { ring, asked, jobs: () => [...text.matchAll(/"job_id":"(\w+)"/g)].map(([, id]) => id) };
}

test('events that come while a filter looks at one wait for it, and none is lost or out of order', async () => {
  const { ring, asked, jobs } = openStream();
  for (const id of ['a', 'b', 'c']) ring.emit('job.paused', id);
  // Only the first one was asked for.
  expect(asked.map(({ jobId }) => jobId)).toEqual(['a']);
  const answers = [true, false, true, true];
  ring.emit('job.paused', 'd');
  for (const [n, isWanted] of answers.entries()) {
    await vi.waitFor(() => expect(asked).toHaveLength(n + 1), CONDITION_MS);
    asked[n]?.answer(isWanted);
  }
  await vi.waitFor(() => expect(jobs()).toEqual(['a', 'c', 'd']), CONDITION_MS);
  expect(asked.map(({ jobId }) => jobId)).toEqual(['a', 'b', 'c', 'd']);
});
