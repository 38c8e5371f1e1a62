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
import { API_FLAGS } from './input/flags.ts';
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
          brief: 'One of them, with the fields of its payload',
          proposeCompletions: proposeTypes,
        },
      ],
    },
  },
  docs: { brief: 'Show what can run', customUsage: ['', '<type>'] },
});

const stats = buildCommand({
  loader: async () => (await import('./overview/show-stats.ts')).showStatsCommand,
  parameters: { flags: API_FLAGS },
  docs: { brief: 'Show counts, lateness and the nodes' },
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
  docs: { brief: 'Make an API token of an admin, good for 30 days, on the database of this machine' },
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
          brief: 'Where to; DATA_DIR/backups/<time> unless told',
        },
      ],
    },
  },
  docs: {
    brief: 'Copy the databases of this machine, with the server up or down',
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
  docs: { brief: 'Move all from DATA_DIR to the PostgreSQL at DATABASE_URL' },
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
  docs: { brief: 'Fill a fresh database with a market and three jobs' },
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
          brief: 'The script says how it is installed',
          proposeCompletions: () => SHELLS,
        },
      ],
    },
  },
  docs: { brief: 'Print a script that lets a shell complete commands, flags and ids' },
});

function parseShell(text: string): Shell {
  if (isShell(text)) return text;
  throw new CliError(
    `There is completion for ${SHELLS.join(', ')}, not for ${JSON.stringify(text)}.`,
    EXIT.usage,
  );
}

const root = buildRouteMap<string, CliContext>({
  routes: bare({ jobs: jobRoutes, runs: runRoutes, types, stats, token, backup, migrate, demo, completion }),
  aliases: bare({ 'migrate-to-postgres': 'migrate' }),
  docs: {
    brief: "GreenVue's background jobs, from the terminal",
    fullDescription: [
      "GreenVue's background jobs, from the terminal. Where the server is, say GREENVUE_URL or --url",
      '(http://127.0.0.1:8080); who asks, GREENVUE_TOKEN or --token, which greenvue token makes.',
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
