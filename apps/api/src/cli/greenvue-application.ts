import { type CliContext, createApplication } from '@greenvue/jobs-cli';
import { type Application, buildCommand } from '@stricli/core';
import type { RestoreFlags } from '../commands/restore.ts';
import { GREENVUE_PROGRAM } from './greenvue-program.ts';

const token = buildCommand({
  loader: async () => {
    const [{ localCommand }, { makeToken }] = await Promise.all([
      import('./local-command.ts'),
      import('../commands/make-token.ts'),
    ]);
    return localCommand<[]>((config) => makeToken(config));
  },
  parameters: {},
  docs: { brief: 'Create an API token of an admin, valid for 30 days, in the database of this machine' },
});

const backup = buildCommand({
  loader: async () => {
    const [{ localCommand }, { backUp }] = await Promise.all([
      import('./local-command.ts'),
      import('../commands/back-up.ts'),
    ]);
    return localCommand<[string | undefined]>(backUp);
  },
  parameters: folderParameter('Target folder; default DATA_DIR/backups/<time>'),
  docs: {
    brief: 'Copy the databases of this machine, while the server runs or not',
    customUsage: ['', '<folder>'],
  },
});

const restore = buildCommand({
  loader: async () => {
    const [{ localCommand }, commands] = await Promise.all([
      import('./local-command.ts'),
      import('../commands/restore.ts'),
    ]);
    return localCommand<[string | undefined], RestoreFlags>(commands.restore);
  },
  parameters: {
    ...folderParameter('Folder of a backup, such as DATA_DIR/backups/<time>'),
    flags: {
      replaceOther: {
        kind: 'boolean',
        optional: true,
        withNegated: false,
        brief: 'Also replace the databases of another installation',
      },
    },
  },
  docs: {
    brief: 'Replace the databases of this machine with a backup, and keep the replaced ones',
    customUsage: ['<folder>', '<folder> --replace-other'],
  },
});

const migrate = buildCommand({
  loader: async () => {
    const [{ localCommand }, { migrateToPostgres }] = await Promise.all([
      import('./local-command.ts'),
      import('../commands/migrate-to-postgres.ts'),
    ]);
    return localCommand<[]>((config) => migrateToPostgres(config));
  },
  parameters: {},
  docs: { brief: 'Move all data from DATA_DIR to the PostgreSQL at DATABASE_URL' },
});

const demo = buildCommand({
  loader: async () => {
    const [{ localCommand }, commands] = await Promise.all([
      import('./local-command.ts'),
      import('../commands/demo.ts'),
    ]);
    return localCommand<[]>((config) => commands.demo(config));
  },
  parameters: {},
  docs: { brief: 'Start a server with demo data: a market and a day of history' },
});

/** One optional argument: a folder. */
function folderParameter(brief: string) {
  return {
    positional: {
      kind: 'tuple',
      parameters: [{ parse: String, optional: true, placeholder: 'folder', brief }],
    },
  } as const;
}

/** All commands of `greenvue`: those of jobs, and those that use the database of this machine. */
export function createGreenvue(): Application<CliContext> {
  return createApplication(GREENVUE_PROGRAM, {
    commands: { token, backup, restore, migrate, demo },
    aliases: { 'migrate-to-postgres': 'migrate' },
  });
}
