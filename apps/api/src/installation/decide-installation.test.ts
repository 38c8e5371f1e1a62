import { expect, test } from 'vitest';
import { decideInstallation, type FoundDatabases } from './decide-installation.ts';

const app = (id?: string, hasAccounts = true): FoundDatabases['app'] => ({ kind: 'filled', id, hasAccounts });
const jobs = (id?: string): FoundDatabases['jobs'] => ({ kind: 'filled', id });
const noApp: FoundDatabases['app'] = { kind: 'empty', hasAccounts: false };
const noJobs: FoundDatabases['jobs'] = { kind: 'empty' };
const mixed = (of: string, other?: string) => ({ kind: 'mixed', ids: { app: of, jobs: other } });

test.each<[string, FoundDatabases, ReturnType<typeof decideInstallation> | object]>([
  ['a folder that is new', { app: noApp, jobs: noJobs }, { kind: 'start', id: undefined }],
  ['one whose first start broke off', { app: app('a', false), jobs: noJobs }, { kind: 'start', id: 'a' }],
  ['both of one installation', { app: app('a'), jobs: jobs('a') }, { kind: 'start', id: 'a' }],
  ['both of the version before', { app: app(), jobs: jobs() }, { kind: 'start', id: undefined }],
  ['an upgrade that broke off', { app: app(), jobs: jobs('a') }, { kind: 'start', id: 'a' }],
  [
    'a jobs.db that can not be read',
    { app: noApp, jobs: { kind: 'unreadable' } },
    { kind: 'start', id: undefined },
  ],
  [
    'jobs.db missing',
    { app: app('a'), jobs: noJobs },
    { kind: 'lost', lost: 'jobs.db', accept: 'jobs.db@a' },
  ],
  [
    'jobs.db missing beside the version before',
    { app: app(), jobs: noJobs },
    { kind: 'lost', lost: 'jobs.db', accept: 'jobs.db@unknown' },
  ],
  ['app.db missing', { app: noApp, jobs: jobs('a') }, { kind: 'lost', lost: 'app.db', accept: 'app.db@a' }],
  ['two installations', { app: app('a'), jobs: jobs('b') }, mixed('a', 'b')],
  ['jobs.db of the version before', { app: app('a'), jobs: jobs() }, mixed('a')],
])('%s', (_what, found, decision) => {
  expect(decideInstallation(found, undefined)).toEqual(decision);
});

test('a loss is accepted by the name of the file and the id of the other one, and by nothing else', () => {
  const found = { app: app('a'), jobs: noJobs };
  expect(decideInstallation(found, 'jobs.db@a')).toEqual({ kind: 'accept_loss', kept: 'app' });
  for (const other of ['jobs.db', 'jobs.db@b', 'app.db@a', 'a']) {
    expect(decideInstallation(found, other)).toMatchObject({ kind: 'lost' });
  }
  expect(decideInstallation({ app: noApp, jobs: jobs('a') }, 'app.db@a')).toEqual({
    kind: 'accept_loss',
    kept: 'jobs',
  });
  expect(decideInstallation({ app: app('a'), jobs: jobs('b') }, 'jobs.db@a')).toMatchObject({
    kind: 'mixed',
  });
});
