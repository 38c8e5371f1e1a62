import type { BulkPlan } from '@greenvue/jobs/client';
import { Text } from '@mantine/core';
import { Confirm } from '../../ui/feedback/confirm.tsx';
import { Failed } from '../../ui/feedback/states.tsx';
import { Plain } from '../../ui/text/text.tsx';
import type { RunFilters } from '../filter/run-filters.ts';
import { changedOf, leftOutText, type RunAction, runsText } from './run-choice.ts';

interface BulkRunsDialogProps {
  readonly opened: boolean;
  readonly question: { readonly action: RunAction; readonly filters: RunFilters };
  /** Undefined until the runs are counted. */
  readonly plan: BulkPlan | undefined;
  readonly error: Error | null;
  readonly onCountAgain: () => void;
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

const JOBS_SHOWN = 5;

/** Asks before a bulk action: it shows the number of runs, their jobs, and the effect. */
export function BulkRunsDialog(props: BulkRunsDialogProps) {
  const { opened, question, plan, onClose, onConfirm } = props;
  const { action, filters } = question;
  const verb = action === 'retry' ? 'Retry' : 'Cancel';
  const count = plan === undefined ? 0 : changedOf(plan);
  const runs = plan === undefined ? 'the runs that match' : runsText(action, filters, count);
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      onConfirm={onConfirm}
      title={`${verb} ${runs}?`}
      confirmLabel={plan === undefined ? verb : `${verb} ${count.toLocaleString('en')}`}
      backLabel={action === 'cancel' ? 'Back' : 'Cancel'}
      danger={action === 'cancel'}
      isDisabled={count === 0}
    >
      <Body {...props} />
    </Confirm>
  );
}

function Body({ question: { action }, plan, error, onCountAgain }: BulkRunsDialogProps) {
  if (error !== null) return <Failed error={error} onRetry={onCountAgain} />;
  if (plan === undefined) return <Text size="sm">Counting the runs…</Text>;
  if (plan.total === 0) return <Text size="sm">No run matches the filters any more.</Text>;
  return (
    <>
      <Text size="sm">
        {action === 'retry'
          ? 'Each run starts again as a new run with the same payload. Runs that cannot start are listed afterwards.'
          : 'Queued runs are cancelled now. Running runs are asked to stop.'}
      </Text>
      {plan.left_out ? (
        <Text size="sm" mt="xs">
          {leftOutText(plan.left_out)}
        </Text>
      ) : null}
      <Text size="sm" c="dimmed" mt="xs">
        <Plain>{jobsText(plan)}</Plain>
      </Text>
    </>
  );
}

/** `Of the jobs a, b, c, …`, from the first runs. */
function jobsText({ first, total }: BulkPlan): string {
  const ids = [...new Set(first.flatMap(({ job_id: id }) => id ?? []))];
  const shown = ids.slice(0, JOBS_SHOWN);
  const isAll = first.length === total && shown.length === ids.length;
  return `Of ${ids.length === 1 && isAll ? 'the job' : 'the jobs'} ${shown.join(', ')}${isAll ? '' : ', …'}`;
}
