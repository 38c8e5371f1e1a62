import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { CONDITION_MS } from '../../scripts/test-deadlines.ts';
import { journey } from './journey.ts';
import { freePort, startProgram } from './start-program.ts';

const PROGRAM = `nextjs/node_modules/next/dist/bin/next start ${join(import.meta.dirname, '../nextjs')}`;
const env = { NEXT_MANUAL_SIG_HANDLE: 'true' };

describe('nextjs', () => {
  journey({ programs: [PROGRAM], env: async () => env, answersOpenRequests: true });

  it('ends with an error if another process has the jobs open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'greenvue-example-'));
    const PORT = await freePort();
    const first = startProgram(PROGRAM, { ...env, PORT }, folder);
    await vi.waitFor(() => fetch(`http://127.0.0.1:${PORT}`), { timeout: CONDITION_MS, interval: 50 });
    const second = startProgram(PROGRAM, { ...env, PORT: await freePort() }, folder);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('in_use');
    expect(await first.end()).toBe(0);
    await rm(folder, { recursive: true });
  });
});
