import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

test('the guide to custom job types shows the files as they are', () => {
  const guide = read('docs/custom-job-types.md');
  const blocks = [...guide.matchAll(/^```ts file=(\S+)\n(.*?)^```$/gms)];
  expect(blocks.map(([, path]) => path)).toEqual([
    'apps/api/src/jobs/weekly-seller-digest.ts',
    'apps/api/src/jobs/catalogue.ts',
  ]);
  for (const [, path = '', code] of blocks) expect(code, path).toBe(read(path));
});
