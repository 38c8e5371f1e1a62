import { chmod, mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFileMailer } from '../notifications/mailers/file-mailer.ts';
import { temporaryFolder } from '../testing/test-database.ts';
import { startProcess } from '../testing/test-process.ts';
import { makePrivate } from './private-folder.ts';

const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);

/** A folder of an installation that everybody can read. */
async function openFolder(): Promise<string> {
  const folder = await temporaryFolder();
  for (const name of ['app.db', 'app.db-wal', 'jobs.db', 'jwt-secret', 'secrets-key', 'notes.txt']) {
    await writeFile(join(folder, name), '', { mode: 0o644 });
  }
  await mkdir(join(folder, 'outbox'), { mode: 0o755 });
  await chmod(folder, 0o755);
  return folder;
}

function linesOf(dataDir: string): string[] {
  const lines: string[] = [];
  makePrivate(dataDir, { write: (text) => lines.push(text) });
  return lines;
}

test('an existing folder and what GreenVue has in it lose the rights of others, once and with a line', async () => {
  const folder = await openFolder();
  expect(linesOf(folder)).toEqual([
    `DATA_DIR ${folder} was open to other users (mode 755). GreenVue has changed its mode to 700.\n`,
  ]);
  expect(await modeOf(folder)).toBe('700');
  expect(await modeOf(join(folder, 'outbox'))).toBe('700');
  for (const name of ['app.db', 'app.db-wal', 'jobs.db', 'jwt-secret', 'secrets-key']) {
    expect(await modeOf(join(folder, name))).toBe('600');
  }
  expect(await modeOf(join(folder, 'notes.txt'))).toBe('644');
  expect(linesOf(folder)).toEqual([]);
});

test('a folder of all users, or one with other things in it, keeps its rights and is refused', async () => {
  const shared = await openFolder();
  await chmod(shared, 0o1777);
  expect(() => linesOf(shared)).toThrow(
    `DATA_DIR ${shared} is open to other users (mode 1777) and contains files of other programs: set DATA_DIR to a new folder, which GreenVue creates, such as ${join(shared, 'greenvue')}, or`,
  );
  expect(await modeOf(shared)).toBe('1777');

  const home = await temporaryFolder();
  await writeFile(join(home, 'letters.txt'), '');
  await chmod(home, 0o755);
  expect(() => linesOf(home)).toThrow('contains files of other programs');
  expect(await modeOf(home)).toBe('755');
});

test('a folder of another user is refused while others can read it', async () => {
  const folder = await openFolder();
  const { uid } = await stat(folder);
  const self = process.geteuid;
  onTestFinished(() => void Object.assign(process, { geteuid: self }));
  Object.assign(process, { geteuid: () => uid + 1 });
  expect(() => linesOf(folder)).toThrow(
    `(mode 755) and belongs to the user ${uid}, while GreenVue runs as ${uid + 1}: set DATA_DIR to`,
  );
  expect(await modeOf(folder)).toBe('755');
  await chmod(folder, 0o700);
  expect(linesOf(folder)).toEqual([]);
});

test('a link in the folder is not followed', async () => {
  const folder = await openFolder();
  const elsewhere = await temporaryFolder();
  await chmod(elsewhere, 0o755);
  await symlink(elsewhere, join(folder, 'backups'));
  linesOf(folder);
  expect(await modeOf(elsewhere)).toBe('755');
});

test('only the owner can read mail in a file, also under an open umask', async () => {
  const folder = join(await temporaryFolder(), 'outbox');
  const mail = {
    messageId: '1@x.example',
    to: { name: '', address: 'a@example.com' },
    subject: '',
    text: '',
  };
  const mailer = createFileMailer({ folder, from: 'a@example.com' });
  await mailer.send({ ...mail, html: '' }, new AbortController().signal);
  expect([await modeOf(folder), await modeOf(join(folder, '1@x.example.eml'))]).toEqual(['700', '600']);
});

test('only the owner can read the files of a server and of a backup, also in an open folder and under an open umask', async () => {
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  const DATA_DIR = await temporaryFolder();
  await chmod(DATA_DIR, 0o777);
  const server = startProcess('main.ts', { DATA_DIR, PORT: '0' });
  await server.printed('Data ');
  expect(server.output.stderr).toBe(
    `DATA_DIR ${DATA_DIR} was open to other users (mode 777). GreenVue has changed its mode to 700.\n`,
  );
  const target = await temporaryFolder();
  await chmod(target, 0o777);
  const backup = startProcess('cli.ts', { DATA_DIR }, ['backup', join(target, 'copies')]);
  expect(await backup.ended()).toBe(0);
  server.child.kill('SIGKILL');
  await server.ended();
  for (const folder of [DATA_DIR, join(target, 'copies')]) {
    expect(await modeOf(folder)).toBe('700');
    const modes = await Promise.all((await readdir(folder)).map((name) => modeOf(join(folder, name))));
    expect(modes.length).toBeGreaterThan(1);
    expect(new Set(modes)).toEqual(new Set(['600']));
  }
});
