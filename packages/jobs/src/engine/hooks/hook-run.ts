import type { HookContext, HookRunContext, RunContext } from '../../core/job-types/job-type.ts';
import type { Run } from '../../core/model/run.ts';
import { createSecretMask, type SecretMask } from '../../core/secrets/secret-mask.ts';
import { SecretError } from '../../core/secrets/secret-value.ts';
import type { RunView } from '../../core/store/store-views.ts';
import type { Attempt } from '../attempts/attempt.ts';
import { isJson } from '../attempts/safe-text.ts';
import { checkPayload } from '../job-types/payload-check.ts';
import type { Registry } from '../job-types/registry.ts';
import { openStored, type PayloadSecrets } from '../job-types/secret-payload.ts';
import { shownJson } from '../job-types/shown-payload.ts';

/** A run that has ended, for its hooks. */
export interface HookRun {
  readonly job: HookContext['job'];
  readonly run: HookRunContext['run'];
  /** What the handler gets; undefined if it can't be read. A new value for each hook. */
  payload(): unknown;
  /** As people see it: without its secrets. */
  shownPayload(): unknown;
  mask(): SecretMask | undefined;
}

interface Types {
  readonly registry: Registry;
  readonly secrets: PayloadSecrets;
}

/** A run that this node has run. */
export function runOfAttempt({ registry }: Types, attempt: Attempt): HookRun {
  const { claimed, owner } = attempt;
  return {
    job: attempt.job,
    run: contextOf(claimed, claimed.attempt),
    payload: () => attempt.copyPayload(),
    shownPayload: () => shown(registry, owner.type, claimed.payload ?? owner.payload),
    mask: () => attempt.mask,
  };
}

/** A run that another node has run. */
export function runOfView({ registry, secrets }: Types, view: RunView, attempt: number): HookRun {
  const { run, jobId, jobName, type, ranWith } = view;
  let mask: SecretMask | undefined;
  return {
    job: { id: jobId, uid: run.jobUid, name: jobName, type },
    run: contextOf(run, attempt),
    payload: async () => {
      const rules = registry.get(type)?.payload;
      if (rules === undefined || ranWith === undefined || !isJson(ranWith)) return undefined;
      const opened = await openStored(secrets, { rules, jobId, json: ranWith });
      if (opened instanceof SecretError) return undefined;
      mask = createSecretMask(opened.values);
      const checked = checkPayload(rules, opened.payload);
      return checked.ok ? checked.output : undefined;
    },
    shownPayload: () => shown(registry, type, ranWith),
    mask: () => mask,
  };
}

function contextOf(
  { id, scheduledFor, catchUp, missed }: Pick<Run, 'id' | 'scheduledFor' | 'catchUp' | 'missed'>,
  attempt: number,
): Omit<RunContext, 'fence'> {
  const slot = scheduledFor === undefined ? undefined : new Date(scheduledFor);
  return { id, attempt, scheduledFor: slot, catchUp, missed };
}

function shown(registry: Registry, type: string, payload: string | undefined): unknown {
  if (payload === undefined || !isJson(payload)) return undefined;
  return JSON.parse(shownJson(registry, { type, payload }));
}
