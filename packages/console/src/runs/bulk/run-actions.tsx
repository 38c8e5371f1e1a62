import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Bulk } from '../../bulk/use-bulk.ts';
import { useBulkPlan } from '../../bulk/use-bulk-plan.ts';
import { useMay } from '../../session/session.tsx';
import { RefreshIcon, StopIcon } from '../../ui/icons.tsx';
import type { RunFilters } from '../filter/run-filters.ts';
import { BulkRunsDialog } from './bulk-runs-dialog.tsx';
import { bulkRunsBody, type RunAction, retryLabel, statusesOf } from './run-choice.ts';

interface RunActionsProps {
  readonly filters: RunFilters;
  readonly bulk: Bulk;
}

/** A question about the runs that match now, with the time at which it was asked. */
interface Question {
  readonly action: RunAction;
  readonly filters: RunFilters;
  readonly at: number;
}

/** Retries or cancels the runs that match the filters, once the number of them is confirmed. */
export function RunActions({ filters, bulk }: RunActionsProps) {
  const may = useMay();
  const [question, setQuestion] = useState<Question>({ action: 'retry', filters, at: 0 });
  const [isOpen, setOpen] = useState(false);
  const order = {
    target: 'runs',
    body: bulkRunsBody(question.action, question.filters, question.at),
  } as const;
  const plan = useBulkPlan(order, { number: question.at, isOpen });
  if (!may.operate) return null;
  const ask = (action: RunAction): void => {
    setQuestion({ action, filters, at: Date.now() });
    setOpen(true);
  };
  const confirm = (): void => {
    setOpen(false);
    bulk.start(order);
  };
  const isHidden = (action: RunAction) => statusesOf(action, filters).length === 0;
  return (
    <>
      {isHidden('retry') ? null : (
        <Button
          variant="default"
          leftSection={<RefreshIcon />}
          disabled={bulk.isRunning}
          onClick={() => ask('retry')}
        >
          {retryLabel(filters)}
        </Button>
      )}
      {isHidden('cancel') ? null : (
        <Button
          variant="default"
          leftSection={<StopIcon />}
          disabled={bulk.isRunning}
          onClick={() => ask('cancel')}
        >
          Cancel all…
        </Button>
      )}
      <BulkRunsDialog
        opened={isOpen}
        question={question}
        plan={plan.data}
        error={plan.error}
        onCountAgain={() => void plan.refetch()}
        onClose={() => setOpen(false)}
        onConfirm={confirm}
      />
    </>
  );
}
