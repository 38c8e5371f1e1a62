import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTicker } from '../ui/clock/now.tsx';
import { useZone } from '../ui/clock/zone.tsx';
import { futureFault, type InstantDraft, instantDraft, readInstant } from '../ui/instant/instant-draft.ts';
import { UntilField } from '../ui/instant/until-field.tsx';
import { LIMITS } from '../ui/limits.ts';

/** The reason and the end of a pause, as a form has them. */
export interface PauseDraft {
  readonly reason: string;
  readonly until: InstantDraft;
  readonly fault: string | undefined;
  setReason(reason: string): void;
  setUntil(until: InstantDraft): void;
  /** `reason` may be empty, and `until` absent. Undefined if the end is wrong, which the form then says. */
  read(): { readonly reason: string; readonly until: string | undefined } | undefined;
}

interface Known {
  readonly reason?: string | null;
  readonly until?: string | null;
}

/** `pause`: the current one, to be changed. */
export function usePauseDraft(pause: Known | null): PauseDraft {
  const { zone } = useZone();
  const ticker = useTicker();
  const [reason, setReason] = useState(pause?.reason ?? '');
  const [until, setUntil] = useState(() => instantDraft(pause?.until, zone));
  const [fault, setFault] = useState<string>();
  return {
    reason,
    until,
    fault,
    setReason,
    setUntil(draft) {
      setFault(undefined);
      setUntil(draft);
    },
    read() {
      const wrong = futureFault(until, ticker.exact());
      setFault(wrong);
      return wrong === undefined ? { reason: reason.trim(), until: readInstant(until) } : undefined;
    },
  };
}

interface PauseFieldsProps {
  readonly draft: PauseDraft;
  readonly reasonHelp: string;
  readonly untilHelp: string;
}

export function PauseFields({ draft, reasonHelp, untilHelp }: PauseFieldsProps) {
  return (
    <>
      <TextInput
        label="Reason"
        description={reasonHelp}
        value={draft.reason}
        maxLength={LIMITS.pauseReason}
        data-autofocus
        onChange={(event) => draft.setReason(event.currentTarget.value)}
      />
      <UntilField
        until={draft.until}
        description={untilHelp}
        fault={draft.fault}
        onChange={(until) => draft.setUntil(until)}
      />
    </>
  );
}
