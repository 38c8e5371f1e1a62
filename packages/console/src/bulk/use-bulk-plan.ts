import {
  type BulkJobs,
  type BulkPlan,
  type BulkRuns,
  bulkJobs,
  bulkRuns,
  type Call,
  type Connection,
} from '@greenvue/jobs/client';
import { skipToken, useQuery } from '@tanstack/react-query';
import { queryKeys } from '../data/queries/query-keys.ts';
import { useConnection } from '../session/session.tsx';

/** A bulk command. */
export type BulkOrder =
  | { readonly target: 'jobs'; readonly body: BulkJobs }
  | { readonly target: 'runs'; readonly body: BulkRuns };

/** Which jobs a bulk command changes: these, or all that match. */
export type BulkSelection = Pick<BulkJobs, 'ids' | 'filter' | 'all'>;

interface PlanOptions {
  /** Identifies the question: each one counts for itself. */
  readonly number: number;
  /** The last answer stays while the question closes. */
  readonly isOpen: boolean;
}

/** Asks the server, with a dry run, what a command would change. Without `order`, asks nothing. */
export function useBulkPlan(order: BulkOrder | undefined, { number, isOpen }: PlanOptions) {
  const connection = useConnection();
  return useQuery({
    queryKey: queryKeys.bulkCount({ ...order, number }),
    queryFn:
      order === undefined
        ? skipToken
        : ({ signal }) => sendBulk(connection, order, { isDryRun: true, signal }),
    enabled: isOpen,
    // It can change at any time.
    staleTime: 0,
    gcTime: 0,
  });
}

interface SendOptions extends Call {
  readonly isDryRun?: boolean;
}

export function sendBulk(
  connection: Connection,
  { target, body }: BulkOrder,
  { isDryRun = false, ...call }: SendOptions = {},
): Promise<BulkPlan> {
  return target === 'jobs'
    ? bulkJobs(connection, { ...body, dry_run: isDryRun }, call)
    : bulkRuns(connection, { ...body, dry_run: isDryRun }, call);
}
