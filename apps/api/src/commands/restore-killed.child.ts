// Restores a backup, and kills itself before its n-th change of the file system.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { parseConfig } from '../config/config.ts';

const [dataDir = '', backup = '', n = ''] = process.argv.slice(2);
const CHANGES = ['copyFileSync', 'fsyncSync', 'mkdirSync', 'renameSync', 'rmSync', 'writeFileSync'] as const;
let left = Number(n);
for (const name of CHANGES) {
  const change: (...args: never[]) => unknown = fs[name];
  const counted = (...args: never[]) => {
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return change(...args);
  };
  Object.assign(fs, { [name]: counted });
}
syncBuiltinESMExports();
const { restore } = await import('./restore.ts');
const parsed = parseConfig({ DATA_DIR: dataDir });
if (!parsed.ok) throw new Error(parsed.faults.join('\n'));
await restore(parsed.config, [backup]);
