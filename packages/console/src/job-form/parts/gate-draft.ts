import type { Fault, Job, PatchJob } from '@greenvue/jobs/client';

/** The parts of a gate, in the order of the form. */
export const GATE_PARTS = ['job', 'succeeded_within'] as const;
export type GatePart = (typeof GATE_PARTS)[number];

/** The gate of a job, as a request body. */
export type Gate = Readonly<Record<GatePart, string>>;

/** The texts as they were typed. All empty: no gate. */
export type GateDraft = Gate;

export const NO_GATE: GateDraft = { job: '', succeeded_within: '' };

/** The gate of an existing job. An older server does not know it. */
export function gateOf({ only_if: gate }: Pick<Job, 'only_if'>): Gate | undefined {
  return gate ?? undefined;
}

export function gateDraft(gate: Gate | undefined): GateDraft {
  return gate ?? NO_GATE;
}

const EXAMPLES: Gate = {
  job: 'the id of a job, such as import',
  succeeded_within: 'a duration, such as 24h',
};

/** Reads a draft, and adds the faults that prevent sending it. */
export function readGate(draft: GateDraft, faults: Fault[]): Gate | undefined {
  const gate = { job: draft.job.trim(), succeeded_within: draft.succeeded_within.trim() };
  const missing = GATE_PARTS.filter((part) => gate[part] === '');
  if (missing.length === GATE_PARTS.length) return undefined;
  for (const part of missing)
    faults.push({ pointer: `/only_if/${part}`, detail: `is required: ${EXAMPLES[part]}` });
  return gate;
}

export function isSameGate(a: Gate | undefined, b: Gate | undefined): boolean {
  return GATE_PARTS.every((part) => a?.[part] === b?.[part]);
}

/** The part of a merge patch that changes the gate. */
export function gatePatch(before: Gate | undefined, after: Gate | undefined): PatchJob {
  return isSameGate(before, after) ? {} : { only_if: after ?? null };
}
