import { buildCommand, buildRouteMap } from '@stricli/core';
import type { CliContext } from '../context.ts';
import { BACKFILL_ID, proposeJobs } from '../input/arguments.ts';
import { API_FLAGS, switchFlag, textFlag } from '../input/flags.ts';
import { bare } from '../input/without-prototype.ts';

const positional = { kind: 'tuple', parameters: [BACKFILL_ID] } as const;

const list = buildCommand({
  loader: async () => (await import('./backfill-commands.ts')).listBackfillsCommand,
  parameters: {
    flags: {
      ...API_FLAGS,
      job: { ...textFlag('Only backfills of this job', 'id'), proposeCompletions: proposeJobs },
    },
  },
  docs: { brief: 'List backfills, newest first' },
});

const show = buildCommand({
  loader: async () => (await import('./backfill-commands.ts')).showBackfillCommand,
  parameters: { flags: API_FLAGS, positional },
  docs: { brief: 'Show a backfill and its progress' },
});

const cancel = buildCommand({
  loader: async () => (await import('./backfill-commands.ts')).cancelBackfillCommand,
  parameters: {
    flags: { ...API_FLAGS, cancelLive: switchFlag('Also stop the runs that are running') },
    positional,
  },
  docs: { brief: 'Cancel a backfill: drop its remaining slots and cancel its waiting runs' },
});

/** `backfills` */
export const backfillRoutes = buildRouteMap<string, CliContext>({
  routes: bare({ list, show, cancel }),
  docs: { brief: 'Show and cancel backfills; jobs backfill starts one' },
});
