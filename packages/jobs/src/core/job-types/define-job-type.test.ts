import { expect, it } from 'vitest';
import { z } from 'zod';
import { defineJobType } from './define-job-type.ts';

class Cleanup {
  readonly type = 'cleanup';
  readonly module = import.meta.url;
  readonly payload = z.strictObject({});
  get timeout() {
    return '5m';
  }
  get maxAttempts() {
    return 1;
  }
  async run() {
    return this.type;
  }
}

it('a job type has the accessors and methods of a definition that is an instance of a class', async () => {
  const jobType = defineJobType(new Cleanup());
  expect(jobType).toMatchObject({ type: 'cleanup', timeout: '5m', maxAttempts: 1, isolation: 'inline' });
  expect(await jobType.run(undefined as never, undefined as never)).toBe('cleanup');
});
