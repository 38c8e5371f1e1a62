import type { Backfill } from '@greenvue/jobs/client';
import { Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import { useMay } from '../session/session.tsx';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { Instant } from '../ui/instant/instant.tsx';
import classes from './backfill.module.css';
import { BACKFILL_STATUS_WORDS, endedSlots, progressText } from './backfill-words.ts';
import { useCancelBackfill } from './use-backfills.ts';

/** One backfill: its window, how far it is, its runs, and the button that cancels it. */
export function BackfillState({ backfill }: { readonly backfill: Backfill }) {
  const { operate } = useMay();
  const { id, status, from, to, slots } = backfill;
  const isLive = status === 'running' || status === 'paused';
  const text = progressText(backfill);
  return (
    <div className={classes.state}>
      <div>
        <strong>{BACKFILL_STATUS_WORDS[status]}</strong>: from <Instant at={from} /> to <Instant at={to} />
        {backfill.only_missing ? '' : ', also slots that had succeeded'}
      </div>
      <progress className={classes.bar} max={slots} value={endedSlots(backfill)} aria-label="Slots done" />
      <div role={isLive ? 'status' : undefined}>{text}</div>
      <Group gap="md">
        <Link href={`/runs?backfill_id=${id}`}>Watch its runs</Link>
        {backfill.runs.failed === 0 ? null : (
          <Link href={`/runs?status=failed&backfill_id=${id}`}>Show the failed ones</Link>
        )}
        {isLive && operate ? <CancelButton backfill={backfill} /> : null}
      </Group>
    </div>
  );
}

function CancelButton({ backfill }: { readonly backfill: Backfill }) {
  const cancel = useCancelBackfill();
  const [isAsking, setAsking] = useState(false);
  const [cancelLive, setCancelLive] = useState(false);
  const close = (): void => setAsking(false);
  return (
    <>
      <Button size="compact-sm" variant="light" color="red" onClick={() => setAsking(true)}>
        Cancel this backfill
      </Button>
      <Confirm
        opened={isAsking}
        onClose={close}
        onConfirm={() => cancel.mutate({ backfill, cancelLive }, { onSettled: close })}
        title="Cancel this backfill?"
        confirmLabel="Cancel the backfill"
        backLabel="Back"
        danger
        isBusy={cancel.isPending}
      >
        <Stack gap="sm">
          <Text size="sm">Slots without a run are dropped, and waiting runs are cancelled.</Text>
          <Checkbox
            label="Also stop the runs that are running"
            checked={cancelLive}
            onChange={(event) => setCancelLive(event.currentTarget.checked)}
          />
        </Stack>
      </Confirm>
    </>
  );
}
