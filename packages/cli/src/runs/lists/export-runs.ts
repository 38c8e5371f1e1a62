import { exportRuns } from '@greenvue/jobs/client';
import type { ApiFlags } from '../../input/flags.ts';
import { type RunFilterFlags, runFilterQuery } from '../../input/run-filter-flags.ts';
import { restCommand } from '../../rest/rest-command.ts';

export interface ExportRunsFlags extends ApiFlags, RunFilterFlags {}

/** `runs export` */
export const exportRunsCommand = restCommand(async ({ api, out }, flags: ExportRunsFlags) => {
  const decoder = new TextDecoder();
  for await (const bytes of await exportRuns(api, flags.json ? 'json' : 'csv', runFilterQuery(flags)))
    out.write(decoder.decode(bytes, { stream: true }));
});
