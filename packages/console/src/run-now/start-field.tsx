import { useState } from 'react';
import { useZone } from '../ui/clock/zone.tsx';
import { type InstantDraft, instantDraft, readInstant, UNFINISHED } from '../ui/instant/instant-draft.ts';
import { InstantField } from '../ui/instant/instant-field.tsx';

type Start = ReturnType<typeof useStart>;

/** The earliest start of a run, as it is typed. */
export function useStart() {
  const { zone } = useZone();
  const [draft, setDraft] = useState(() => instantDraft(undefined, zone));
  const [fault, setFault] = useState<string>();
  return {
    draft,
    fault,
    onChange: (next: InstantDraft) => {
      setFault(undefined);
      setDraft(next);
    },
    /** Gives the time, or undefined for now. If the time is not complete, shows that, and calls nothing. */
    whenRead: (use: (at: string | undefined) => void) => {
      setFault(draft.isUnfinished ? UNFINISHED : undefined);
      if (!draft.isUnfinished) use(readInstant(draft));
    },
  };
}

export function StartField({ draft, fault, onChange }: Pick<Start, 'draft' | 'fault' | 'onChange'>) {
  return (
    <InstantField
      label="Not before"
      name="Not before"
      description="Optional. If empty, the run starts now."
      draft={draft}
      fault={fault}
      onChange={onChange}
    />
  );
}
