import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { backUp } from '../commands/back-up.ts';
import { makeToken } from '../commands/make-token.ts';
import { testConfig } from './test-app.ts';
import { temporaryFolder } from './test-database.ts';
import { startLastingProcess } from './test-process.ts';

/** The folder of a server that was killed after a backup and more work. */
export interface KilledServer {
  readonly dataDir: string;
  readonly backup: string;
  /** Tokens of admins, of before and after the backup. */
  readonly tokens: { readonly before: string; readonly after: string };
}

/** A server in `folder/data` that made the job `before`, was backed up, made the job `after`, and was killed. */
export async function killServerAfterBackup(folder: string): Promise<KilledServer> {
  const dataDir = join(folder, 'data');
  const server = startLastingProcess('main.ts', { DATA_DIR: dataDir, PORT: '0' });
  try {
    await server.printed('Data ');
    const url = /listens on (\S+)/.exec(server.output.stdout)?.[1] ?? '';
    const config = await testConfig({ DATA_DIR: dataDir });
    const before = await makeToken(config);
    await putJob(url, before, 'before');
    const backup = join(folder, 'backup');
    await backUp(config, [backup]);
    const after = await makeToken(config);
    await putJob(url, before, 'after');
    return { dataDir, backup, tokens: { before, after } };
  } finally {
    server.child.kill('SIGKILL');
    await server.ended();
  }
}

async function putJob(url: string, token: string, id: string): Promise<void> {
  const answer = await fetch(`${url}/api/jobs/${id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: id, type: 'update_search_index', interval: '1000h' }),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

/** The jobs, and how many tokens, in a copy of the databases of a folder; throws if one is damaged. */
export async function contentsOf(folder: string): Promise<{ jobs: unknown[]; tokens: unknown }> {
  const copy = await temporaryFolder();
  for (const name of ['jobs.db', 'jobs.db-wal', 'app.db', 'app.db-wal'])
    if (existsSync(join(folder, name))) cpSync(join(folder, name), join(copy, name));
  const [jobs, app] = ['jobs.db', 'app.db'].map((name) => new DatabaseSync(join(copy, name)));
  if (jobs === undefined || app === undefined) throw new Error('two databases are required');
  try {
    for (const each of [jobs, app]) {
      const found = each.prepare('PRAGMA integrity_check').get()?.integrity_check;
      if (found !== 'ok') throw new Error(`damaged: ${found}`);
    }
    return {
      jobs: jobs
        .prepare('SELECT id FROM jobs ORDER BY id DESC')
        .all()
        .map(({ id }) => id),
      tokens: app.prepare('SELECT count(*) AS count FROM api_tokens').get()?.count,
    };
  } finally {
    jobs.close();
    app.close();
  }
}
