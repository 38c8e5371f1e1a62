import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHandler } from '@greenvue/jobs/testing';
import { checkDisk } from './check-disk.ts';

test('a check measures the free space', async () => {
  const { result } = await runHandler(checkDisk, { path: '.' }, undefined);
  assert.equal(typeof result.freeGb, 'number');
});
