import { exportRuns, type RunsQuery } from '@greenvue/jobs/client';
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
    onDone: (file, { format }) => save(file, FILES[format]),
    failure: () => 'Could not export the runs',
  });
}

// Browsers begin to read the file a moment after the click.
const KEPT_MS = 60_000;

function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
