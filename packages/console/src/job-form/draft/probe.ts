import type { CreateJob, Fault, previewSchedule } from '@greenvue/jobs/client';
import { isBegun, readSchedule } from '../parts/schedule-draft.ts';
import { shortTexts } from '../parts/short-fields.ts';
import { NEW_WATCHING } from '../parts/watch-draft.ts';
import { isWithin } from '../payload/pointer.ts';
import { createBody, type Draft, readDraft } from './draft.ts';

const WATCHED = ['/tags', '/pause_after', '/expect', '/alerts'];

type ProbeBody = Parameters<typeof previewSchedule>[1];

/**
 * The body of a dry run that checks the parts of a draft without faults: each faulty part has a value that is
 * valid for every job. Without a job type, only the schedule can be checked. Undefined: nothing is left to
 * check.
 */
export function probeOf(draft: Draft, faults: readonly Fault[]): ProbeBody | undefined {
  const isFaulty = (pointer: string): boolean => faults.some((fault) => isWithin(fault.pointer, pointer));
  const schedule = readSchedule(draft.schedule);
  const hasSchedule = schedule.ok && isBegun(draft.schedule);
  if (isFaulty('/type')) return hasSchedule ? { ...schedule.value, count: 1 } : undefined;
  const read = readDraft({
    ...draft,
    id: isFaulty('/id') ? 'a' : draft.id,
    name: isFaulty('/name') ? 'a' : draft.name,
    schedule: hasSchedule ? draft.schedule : { ...draft.schedule, kind: 'on_demand' },
    payloads: isFaulty('/payload') ? new Map() : draft.payloads,
    watching: WATCHED.some(isFaulty) ? NEW_WATCHING : draft.watching,
    short: shortTexts((name) => (isFaulty(`/${name}`) ? undefined : draft.short[name])),
    backoff: {
      ...draft.backoff,
      ...(isFaulty('/backoff/factor') ? { factor: '' } : {}),
      ...(isFaulty('/backoff/jitter') ? { jitter: '' } : {}),
    },
  });
  if (!read.ok) return undefined;
  const body: CreateJob = createBody(read.value);
  return { ...body, count: 1 };
}
