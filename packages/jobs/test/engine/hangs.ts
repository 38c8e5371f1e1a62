// A module whose import hangs in a native call until the test removes its file. Node cannot end a thread in
// such a call.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env.HANG_FILE;
if (!isMainThread && file !== undefined) {
  writeFileSync(file, '');
  spawnSync('sh', ['-c', 'while [ -e "$HANG_FILE" ]; do sleep 0.05; done'], { timeout: 120_000 });
}

export const hanging = undefined;
