import type { Job } from '@greenvue/jobs/client';
import { useState } from 'react';
import { useTicker } from '../../ui/clock/now.tsx';
import { useZone } from '../../ui/clock/zone.tsx';
import { type InstantDraft, instantDraft, readInstant, UNFINISHED } from '../../ui/instant/instant-draft.ts';
import { lastGap, type SlotRun, searchFrom } from './last-gap.ts';
import type { PlanQuestion, SlotWindow } from './slot-window.ts';

/**
 * The window that is typed, and the question that was asked about it. The first window, by default the last
 * gap, is asked about at once.
 */
export function useWindow(job: Job, runs: readonly SlotRun[], first?: SlotWindow) {
  const { zone } = useZone();
  const ticker = useTicker();
  const [begin] = useState(() => {
    const now = ticker.exact();
    // Whole seconds: nobody wants to read or type the rest. A slot at the end of the window is in it.
    const from = secondOf(first === undefined ? searchFrom(job, runs, now) : Date.parse(first.from));
    const to = first === undefined ? undefined : secondOf(Date.parse(first.to) + 1_000);
    return { gap: lastGap(job, runs, now), from, to };
  });
  const [draft, setDraft] = useState<WindowDraft>(() => ({
    from: instantDraft(begin.from, zone),
    to: instantDraft(begin.to, zone),
    isAgain: false,
  }));
  const [asked, setAsked] = useState(draft);
  const [question, setQuestion] = useState<PlanQuestion>({
    number: 0,
    from: begin.from,
    to: begin.to,
    only_missing: true,
  });
  const [faults, setFaults] = useState<WindowFaults>({});
  const ask = (): void => {
    const from = readInstant(draft.from);
    const isEndWrong = draft.to.isUnfinished === true;
    setFaults({
      ...(from === undefined ? { from: UNFINISHED } : {}),
      ...(isEndWrong ? { to: UNFINISHED } : {}),
    });
    if (from === undefined || isEndWrong) return;
    setAsked(draft);
    setQuestion({
      number: question.number + 1,
      from,
      to: readInstant(draft.to),
      only_missing: !draft.isAgain,
    });
  };
  return { gap: begin.gap, draft, setDraft, question, isAsked: asked === draft, ask, faults };
}

function secondOf(ms: number): string {
  return new Date(Math.floor(ms / 1_000) * 1_000).toISOString();
}

/** The window of a backfill as it is typed. An empty end means now. */
export interface WindowDraft {
  readonly from: InstantDraft;
  readonly to: InstantDraft;
  readonly isAgain: boolean;
}

/** What is wrong with the two times. */
export interface WindowFaults {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}
