import { expect, test } from 'vitest';
import { readJobs } from './read-jobs.ts';
import { afterUpstreams, upstreamsFirst } from './upstreams-first.ts';

type Link = readonly [id: string, upstream?: string];

const jobsOf = (...links: Link[]) =>
  readJobs(
    JSON.stringify(
      links.map(([id, job]) => ({
        id,
        ...(job === undefined ? {} : { only_if: { job, succeeded_within: '24h' } }),
      })),
    ),
    'jobs.yaml',
  );
const orderOf = (...links: Link[]) => upstreamsFirst(jobsOf(...links)).map(({ id }) => id);

test('a job comes after the job that it waits for; otherwise the order stays', () => {
  expect(orderOf(['c', 'b'], ['d'], ['b', 'a'], ['a'], ['e', 'elsewhere'])).toEqual([
    'a',
    'b',
    'c',
    'd',
    'e',
  ]);
});

test('a circle keeps all its jobs, for the server to refuse', () => {
  expect(orderOf(['a', 'b'], ['b', 'a'], ['c', 'c']).toSorted()).toEqual(['a', 'b', 'c']);
  expect(readJobs('- id: a\n  only_if: 5\n', 'x').length).toBe(
    upstreamsFirst(readJobs('- id: a\n  only_if: 5\n', 'x')).length,
  );
});

test('a job is applied once the job that it waits for has been applied', async () => {
  const done: string[] = [];
  const apply = afterUpstreams(async ({ id }) => {
    // The first one takes the longest.
    for (let turn = 0; turn < (id === 'a' ? 50 : 5); turn += 1) await Promise.resolve();
    done.push(id);
  });
  await Promise.all(upstreamsFirst(jobsOf(['b', 'a'], ['a'], ['c'])).map(apply));
  expect(done.indexOf('a')).toBeLessThan(done.indexOf('b'));
  expect(done[0]).toBe('c');
});
