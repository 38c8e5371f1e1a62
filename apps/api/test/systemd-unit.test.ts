import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { dataFiles } from '../src/data-dir/data-dir.ts';
import { ROOT } from './shell.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The values of each setting of the unit, in order. */
function settingsOf(unit: string): Map<string, string[]> {
  const settings = new Map<string, string[]>();
  for (const [, name = '', value = ''] of unit.matchAll(/^(\w+)=(.*)$/gm)) {
    settings.set(name, [...(settings.get(name) ?? []), value]);
  }
  return settings;
}

const unit = settingsOf(read('ops/systemd/greenvue.service'));
const settingOf = (name: string): string | undefined => unit.get(name)?.join('\n');

test('the service starts what `npm start` starts', () => {
  const { scripts } = z
    .object({ scripts: z.object({ start: z.string() }) })
    .parse(JSON.parse(read('package.json')));
  const command = /exec node (.+)$/.exec(scripts.start)?.[1];
  expect(settingOf('ExecStart')).toBe(`/opt/greenvue/node_modules/.bin/node ${command}`);
});

test('the service restarts without a limit, and has time to stop', () => {
  expect(settingOf('Restart')).toBe('always');
  expect(settingOf('StartLimitIntervalSec')).toBe('0');
  expect(Number(settingOf('TimeoutStopSec'))).toBeGreaterThan(20);
});

test('the service writes only to its own folders, and only its user can read them', () => {
  const folder = /DATA_DIR=(\S+)/.exec(settingOf('Environment') ?? '')?.[1] ?? '';
  expect(settingOf('ReadWritePaths')?.split(' ')[0]).toBe(folder);
  expect(dataFiles(folder).app).toBe(`/var/lib/${settingOf('StateDirectory')}/app.db`);
  expect(settingOf('StateDirectoryMode')).toBe('0700');
  expect(settingOf('ProtectSystem')).toBe('strict');
  expect(settingOf('UMask')).toBe('0077');
});

test.each([
  ['NoNewPrivileges', 'yes'],
  ['CapabilityBoundingSet', ''],
  ['AmbientCapabilities', ''],
  ['PrivateTmp', 'yes'],
  ['PrivateDevices', 'yes'],
  ['ProtectHome', 'yes'],
  ['ProtectProc', 'invisible'],
  ['RestrictAddressFamilies', 'AF_INET AF_INET6 AF_UNIX AF_NETLINK'],
  ['RestrictNamespaces', 'yes'],
  ['SystemCallFilter', '@system-service\n~@privileged'],
  ['SystemCallArchitectures', 'native'],
  // With it, V8 could not compile.
  ['MemoryDenyWriteExecute', 'no'],
])('the sandbox of the service has %s=%s', (name, value) => {
  expect(settingOf(name)).toBe(value);
});
