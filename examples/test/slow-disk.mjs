// Loaded before a program: the program's job then takes as long as a stop must wait for it.
import disk from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { setTimeout } from 'node:timers/promises';

const { statfs } = disk;
disk.statfs = async (path) => {
  await setTimeout(1_500);
  return statfs(path);
};
syncBuiltinESMExports();
