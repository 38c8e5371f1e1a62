import { exportRuns, type RunsQuery } from '@greenvue/jobs/client';
import { saveFile } from '../actions/save-file.ts';
import { useAction } from '../actions/use-action.ts';

type Format = 'csv' | 'json';

interface RunExport {
  readonly format: Format;
  readonly query: RunsQuery;
}

const FILES: Record<Format, string> = { csv: 'runs.csv', json: 'runs.ndjson' };

/**
 * Downloads all runs that a filter finds. A link could not send a token, so the page reads the export, and
 * the browser saves it once it is complete.
 */
export function useRunExport() {
  return useAction({
    send: async (connection, { format, query }: RunExport) =>
      new Response(await exportRuns(connection, format, query)).blob(),
    onDone: (file, { format }) => saveFile(file, FILES[format]),
    failure: () => 'Could not export the runs',
  });
}
