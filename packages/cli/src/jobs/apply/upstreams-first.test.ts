import { expect, test } from 'vitest';
import { readJobs } from './read-jobs.ts';
import { afterUpstreams, refuseCircles, upstreamsFirst } from './upstreams-first.ts';

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

test('a circle keeps all its jobs', () => {
  expect(orderOf(['a', 'b'], ['b', 'a'], ['c', 'c']).toSorted()).toEqual(['a', 'b', 'c']);
  expect(readJobs('- id: a\n  only_if: 5\n', 'x').length).toBe(
    upstreamsFirst(readJobs('- id: a\n  only_if: 5\n', 'x')).length,
  );
});

test('a circle is refused with each of its jobs, where they are, and what to do', () => {
  const refused = (...links: Link[]) => refuseCircles(jobsOf(...links));
  expect(() => refused(['a', 'b'], ['b', 'c'], ['c'], ['d', 'elsewhere'])).not.toThrow();
  expect(() => refused(['x', 'a'], ['a', 'b'], ['b', 'a'])).toThrow(
    /^The jobs a \(jobs\.yaml:1\) and b \(jobs\.yaml:1\) wait for each other: a for b, b for a\. Take after or only_if out of one of them\.$/,
  );
  expect(() => refused(['a', 'b'], ['b', 'c'], ['c', 'a'])).toThrow(/: a for b, b for c, c for a\. /);
  expect(() => refused(['a', 'a'])).toThrow(
    'The job a (jobs.yaml:1) waits for itself. Name another job, or take after and only_if out.',
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
