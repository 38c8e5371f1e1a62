import {
  type Application,
  buildApplication,
  buildCommand,
  buildRouteMap,
  type Command,
  help,
  version,
} from '@stricli/core';
import { alertRoutes } from './alerts/alert-routes.ts';
import { applicationText } from './application-text.ts';
import { backfillRoutes } from './backfills/backfill-routes.ts';
import { bulkRoutes } from './bulk/bulk-routes.ts';
import { calendarRoutes } from './calendars/calendar-routes.ts';
import { isShell, SHELLS, type Shell } from './completion/shells.ts';
import type { CliContext } from './context.ts';
import { CliError, EXIT } from './exit-code.ts';
import { proposeTypes } from './input/arguments.ts';
import { API_FLAGS, LIMIT_FLAG, parseAge, textFlag } from './input/flags.ts';
import { bare, bareFlags } from './input/without-prototype.ts';
import { jobRoutes } from './jobs/job-routes.ts';
import { nodeRoutes } from './nodes/node-routes.ts';
import type { CliProgram } from './program.ts';
import { enqueue, runRoutes } from './runs/run-routes.ts';
import { secretRoutes } from './secrets/secret-routes.ts';

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
  parameters: {
    flags: {
      ...API_FLAGS,
      since: {
        kind: 'parsed',
        parse: parseAge,
        optional: true,
        placeholder: 'age',
        brief: 'Success rate, durations and lateness over this time, such as 24h or 7d; at most 90d',
      },
      step: textFlag('With --since: the length of a step, such as 1h', 'duration'),
      job: textFlag('With --since: only the runs of this job', 'id'),
      type: textFlag('With --since: only the runs of this job type', 'type'),
      tag: textFlag('With --since: only the runs of jobs with this tag', 'tag'),
    },
  },
  docs: { brief: 'Show counts, lateness and nodes; with --since, over time' },
});

const audit = buildCommand({
  loader: async () => (await import('./overview/list-audit.ts')).listAuditCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      actor: textFlag('Only changes by this caller, such as user:42', 'id'),
      action: textFlag('Only this kind of change, such as job.create', 'action'),
      target: textFlag('Only changes of the job or run with this id', 'id'),
      job: textFlag('Only changes of this job and of its runs', 'id'),
      from: textFlag('Only changes at or after this time, such as 2026-01-31T00:00:00Z', 'time'),
      to: textFlag('Only changes before this time', 'time'),
      limit: LIMIT_FLAG,
    },
    aliases: { n: 'limit' },
  },
  docs: { brief: 'List who changed which job or run, newest first (in the console: Activity)' },
});

const mcp = buildCommand({
  loader: async () => (await import('./mcp/serve-mcp.ts')).serveMcpCommand,
  parameters: { flags: API_FLAGS },
  docs: { brief: 'Serve the jobs to an AI assistant (Model Context Protocol, on stdin and stdout)' },
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

/** What a program adds to the commands of jobs. */
export interface ApplicationParts {
  readonly commands?: Readonly<Record<string, Command<CliContext>>>;
  /** Other names of commands. */
  readonly aliases?: Readonly<Record<string, string>>;
}

const EXIT_CODES = [
  'Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no server, 4 not signed in or not allowed,',
  '5 not found, 6 conflict, 7 a followed run did not succeed, 130 interrupted.',
];

/** The commands of jobs and runs, and those of the program. */
export function createApplication(
  program: CliProgram,
  { commands = {}, aliases = {} }: ApplicationParts = {},
): Application<CliContext> {
  const root = buildRouteMap<string, CliContext>({
    routes: bare({
      jobs: jobRoutes,
      runs: runRoutes,
      backfills: backfillRoutes,
      bulk: bulkRoutes,
      enqueue,
      types,
      stats,
      audit,
      nodes: nodeRoutes,
      alerts: alertRoutes,
      secrets: secretRoutes,
      calendars: calendarRoutes,
      ...commands,
      mcp,
      completion,
    }),
    aliases: bare(aliases),
    docs: {
      brief: program.brief,
      fullDescription: [...program.help, '', ...EXIT_CODES].join('\n'),
    },
  });
  bareFlags(root);
  const text = applicationText(program);
  return buildApplication<CliContext>(
    root,
    {
      name: program.name,
      scanner: { caseStyle: 'allow-kebab-for-camel' },
      localization: { text },
      determineExitCode: (error) => (error instanceof CliError ? error.exitCode : EXIT.failed),
    },
    {
      help: help({
        brief: text.briefs.help,
        defaultForRouteMap: true,
        formatting: {
          useAliasInUsageLine: false,
          onlyRequiredInUsageLine: true,
          caseStyle: 'convert-camel-to-kebab',
        },
      }),
      version: version({
        brief: text.briefs.version,
        info: { currentVersion: program.version },
      }),
    },
  );
}
