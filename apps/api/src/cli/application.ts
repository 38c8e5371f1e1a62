import {
  type Application,
  buildApplication,
  buildCommand,
  buildRouteMap,
  help,
  version,
} from '@stricli/core';
import packageFile from '../../package.json' with { type: 'json' };
import { APPLICATION_TEXT } from './application-text.ts';
import { isShell, SHELLS, type Shell } from './completion/shells.ts';
import type { CliContext } from './context.ts';
import { CliError, EXIT } from './exit-code.ts';
import { proposeTypes } from './input/arguments.ts';
import { API_FLAGS, LIMIT_FLAG, textFlag } from './input/flags.ts';
import { bare, bareFlags } from './input/without-prototype.ts';
import { jobRoutes } from './jobs/job-routes.ts';
import { runRoutes } from './runs/run-routes.ts';

const types = buildCommand({
  loader: async () => (await import('./overview/show-types.ts')).showTypesCommand,
  parameters: {
    flags: API_FLAGS,
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          optional: true,
          placeholder: 'type',
          brief: 'Show this type with the fields of its payload',
          proposeCompletions: proposeTypes,
        },
      ],
    },
  },
  docs: { brief: 'List the job types, or show one', customUsage: ['', '<type>'] },
});

const stats = buildCommand({
  loader: async () => (await import('./overview/show-stats.ts')).showStatsCommand,
  parameters: { flags: API_FLAGS },
  docs: { brief: 'Show counts, lateness and nodes' },
});

const audit = buildCommand({
  loader: async () => (await import('./overview/list-audit.ts')).listAuditCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      actor: textFlag('Only changes by this caller, such as user:42', 'id'),
      action: textFlag('Only this kind of change, such as job.create', 'action'),
      target: textFlag('Only changes of the job or run with this id', 'id'),
      limit: LIMIT_FLAG,
    },
    aliases: { n: 'limit' },
  },
  docs: { brief: 'List who changed which job or run, newest first' },
});

const token = buildCommand({
  loader: async () => {
    const [{ localCommand }, { makeToken }] = await Promise.all([
      import('./local/local-command.ts'),
      import('../commands/make-token.ts'),
    ]);
    return localCommand<[]>(makeToken);
  },
  parameters: {},
  docs: { brief: 'Create an API token of an admin, valid for 30 days, in the database of this machine' },
});

const backup = buildCommand({
  loader: async () => {
    const [{ localCommand }, { backUp }] = await Promise.all([
      import('./local/local-command.ts'),
      import('../commands/back-up.ts'),
    ]);
    return localCommand<[string | undefined]>(backUp);
  },
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: String,
          optional: true,
          placeholder: 'folder',
          brief: 'Target folder; default DATA_DIR/backups/<time>',
        },
      ],
    },
  },
  docs: {
    brief: 'Copy the databases of this machine, while the server runs or not',
    customUsage: ['', '<folder>'],
  },
});

const migrate = buildCommand({
  loader: async () => {
    const [{ localCommand }, { migrateToPostgres }] = await Promise.all([
      import('./local/local-command.ts'),
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
      import('./local/local-command.ts'),
      import('../commands/demo.ts'),
    ]);
    return localCommand<[]>(commands.demo);
  },
  parameters: {},
  docs: { brief: 'Fill an empty database with a demo market and three jobs' },
});

const completion = buildCommand({
  loader: async () => (await import('./completion/print-completion.ts')).printCompletion,
  parameters: {
    positional: {
      kind: 'tuple',
      parameters: [
        {
          parse: parseShell,
          placeholder: SHELLS.join('|'),
          brief: 'The shell; its script says how to install it',
          proposeCompletions: () => SHELLS,
        },
      ],
    },
  },
  docs: { brief: 'Print a script for shell completion of commands, flags and ids' },
});

function parseShell(text: string): Shell {
  if (isShell(text)) return text;
  throw new CliError(
    `There is no completion for ${JSON.stringify(text)}. Use one of ${SHELLS.join(', ')}.`,
    EXIT.usage,
  );
}

const root = buildRouteMap<string, CliContext>({
  routes: bare({
    jobs: jobRoutes,
    runs: runRoutes,
    types,
    stats,
    audit,
    token,
    backup,
    migrate,
    demo,
    completion,
  }),
  aliases: bare({ 'migrate-to-postgres': 'migrate' }),
  docs: {
    brief: "Manage GreenVue's background jobs from the terminal",
    fullDescription: [
      "Manages GreenVue's background jobs from the terminal.",
      'Set the server with GREENVUE_URL or --url (default http://127.0.0.1:8080), and the API token',
      'with GREENVUE_TOKEN or --token. greenvue token creates a token.',
      '',
      'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no server, 4 not signed in or not allowed,',
      '5 not found, 6 conflict, 7 a followed run did not succeed, 130 interrupted.',
    ].join('\n'),
  },
});

/** All commands of `greenvue`. */
export function createApplication(): Application<CliContext> {
  bareFlags(root);
  return buildApplication<CliContext>(
    root,
    {
      name: 'greenvue',
      scanner: { caseStyle: 'allow-kebab-for-camel' },
      localization: { text: APPLICATION_TEXT },
      determineExitCode: (error) => (error instanceof CliError ? error.exitCode : EXIT.failed),
    },
    {
      help: help({
        brief: APPLICATION_TEXT.briefs.help,
        defaultForRouteMap: true,
        formatting: {
          useAliasInUsageLine: false,
          onlyRequiredInUsageLine: true,
          caseStyle: 'convert-camel-to-kebab',
        },
      }),
      version: version({
        brief: APPLICATION_TEXT.briefs.version,
        info: { currentVersion: packageFile.version },
      }),
    },
  );
}
