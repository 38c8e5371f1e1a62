import { exportJobAudit, type JobAuditQuery } from '@greenvue/jobs/client';
import { saveFile } from '../actions/save-file.ts';
import { useAction } from '../actions/use-action.ts';

/** Downloads all changes that a filter finds, as CSV. */
export function useAuditExport() {
  return useAction({
    send: async (connection, query: JobAuditQuery) =>
      new Response(await exportJobAudit(connection, query)).blob(),
    onDone: (file) => saveFile(file, 'job-audit.csv'),
    failure: () => 'Could not export the changes',
  });
}
