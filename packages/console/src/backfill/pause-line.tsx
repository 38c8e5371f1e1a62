import type { BackfillPlan, Job } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useMemo } from 'react';
import { useAudit } from '../data/queries/queries.ts';
import { useMay } from '../session/session.tsx';
import { useNow } from '../ui/clock/now.tsx';
import { Day } from '../ui/instant/instant.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { hasPastSlots, useBackfillDialog } from './backfill-button.tsx';
import { slotCount } from './backfill-words.ts';
import { useSlotsOfPause } from './use-backfills.ts';
import { lastPause, type PastPause } from './window/last-pause.ts';

const RECENT_MS = 7 * 24 * 3_600_000;

/**
 * The last pause of a job in the last 7 days, and the slots that passed meanwhile: history has no rows for
 * them. Only the audit log knows of it.
 */
export function PauseLine({ job }: { readonly job: Job }) {
  const ofJob = { job_id: job.id };
  const audit = useAudit(ofJob, () => ofJob);
  const now = useNow();
  const records = audit.data?.pages[0]?.data;
  const pause = useMemo(() => (records === undefined ? undefined : lastPause(records, now)), [records, now]);
  if (pause === undefined || now - Date.parse(pause.to) > RECENT_MS || !hasPastSlots(job)) return null;
  return <KnownPause job={job} pause={pause} />;
}

function KnownPause({ job, pause }: { readonly job: Job; readonly pause: PastPause }) {
  const { operate } = useMay();
  const isCounted = operate && !pause.hasOtherSlots && job.status !== 'paused';
  const slots = useSlotsOfPause(job, pause, isCounted);
  const { open, dialog } = useBackfillDialog(job, pause);
  const passed = slots.data === undefined ? undefined : passedText(slots.data);
  return passed === '' ? null : (
    <p className={blocks.inline}>
      <span>
        Paused from <Day at={pause.from} /> to <Day at={pause.to} />
        {passed ?? '. The schedule made no run meanwhile.'}
      </span>
      {operate && slots.data?.slots !== 0 ? (
        <Button size="compact-sm" variant="default" onClick={open}>
          Find missing slots
        </Button>
      ) : null}
      {dialog}
    </p>
  );
}

/** What became of the slots of a pause: ": 3 slots passed." Empty if there was none. */
function passedText({ slots: missing, left_out: { succeeded, live, waiting } }: BackfillPlan): string {
  const passed = missing + succeeded + live + waiting;
  if (passed === 0) return '';
  const others =
    missing === passed ? '' : missing === 0 ? ', none is missing now' : `, ${missing} still missing`;
  return `: ${slotCount(passed)} passed${others}.`;
}
