import { shownValue } from '../../../core/input/shown-value.ts';
import type { JobType } from '../../../core/job-types/job-type.ts';
import { ENQUEUE_ACTOR, enqueuedJobId } from '../../../core/model/enqueued-job.ts';
import type { CommandResult } from '../../../core/store/store-commands.ts';
import type { RequestedRun } from '../../../core/store/store-views.ts';
import { parseWholeMs } from '../../../core/time/duration.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { type RegisteredType, requireType } from '../../job-types/registry.ts';
import { acceptSecrets } from '../../job-types/secret-payload.ts';
import { EngineError } from '../../ports/engine-port.ts';
import { type EnqueueOptions, nameOf } from '../../ports/jobs-port.ts';
import { parseInstant } from '../command-options.ts';
import { insert } from '../jobs/job-api.ts';
import { requireAllowedType } from '../jobs/policy.ts';
import { storeInTransaction } from '../store-writes.ts';
import { checkedByType, refuseAdminFields, refuseOtherNames } from './payload-override.ts';
import { askForRun, requestedRun, triggerInput } from './trigger.ts';

/** How often the job of a type is made when others keep deleting it. */
const MAKE_TRIES = 3;

/** Makes a run of a job type, as a run by hand of the one job that the type has for such runs. */
export async function enqueue(
  deps: EngineParts,
  jobType: JobType | string,
  payload: unknown,
  { delay, at, key, tx, by, policy, signal, payloadBy }: EnqueueOptions = {},
): Promise<RequestedRun> {
  const type = requireType(deps.registry, nameOf(jobType));
  requireAllowedType({ policy }, type.jobType.type);
  const jobId = enqueuedJobId(type.jobType.type);
  if (payloadBy === 'operator') refuseOtherNames({ type, usual: '{}', payload });
  const checked = await acceptSecrets(deps.secrets, { rules: type.payload, payload, jobId });
  if (!checked.ok) throw new EngineError('invalid', 'The payload is not valid.', checked.faults);
  if (payloadBy === 'operator')
    await refuseAdminFields(deps, { type, jobId, usual: '{}', requested: checked.json });
  const run = { payload: checked.json, checkedBy: checkedByType(type), runAt: startOf(deps, { delay, at }) };
  const trace = deps.settings.tracing?.current();
  const command = triggerInput(jobId, { ...run, key, trace }, { by });
  const inside = tx === undefined ? undefined : storeInTransaction(deps.store, tx);
  const use = (result: CommandResult) =>
    result.kind === 'absent' ? undefined : requestedRun(deps, result, jobId, inside);
  const ask = async () =>
    inside === undefined ? askForRun(deps, command, signal, use) : use(await inside.trigger(command));
  let started = await ask();
  for (let tries = 0; started === undefined && tries < MAKE_TRIES; tries++) {
    await makeJob(deps, type, jobId);
    started = await ask();
  }
  if (started !== undefined) return started;
  throw new EngineError('conflict', inside === undefined ? keepsVanishing(jobId) : olderSnapshot(jobId));
}

/**
 * Always in a transaction of its own: nodes that make the same job must not wait for a caller's commit. After
 * a caller's rollback, a job without runs is left.
 */
async function makeJob(deps: EngineParts, { jobType }: RegisteredType, id: string): Promise<void> {
  const { type } = jobType;
  const input = {
    id,
    name: `Enqueued: ${type}`,
    description: `Enqueued runs of ${type}, each with a payload of its own. The first one made this job.`,
    type,
    onDemand: true,
    payload: null,
    overlap: 'allow',
    // Failures of some requests must not hold the runs of others.
    pauseAfter: 'none',
  } as const;
  // If it exists meanwhile, another caller or node has made it.
  await insert(deps, input, { by: ENQUEUE_ACTOR });
}

/** When the run is due (ms); undefined: at once. */
function startOf(
  { store }: EngineParts,
  { delay, at }: Pick<EnqueueOptions, 'delay' | 'at'>,
): number | undefined {
  if (delay === undefined) return parseInstant(at, '/at');
  const parsed = parseWholeMs(delay);
  const fault = (detail: string) => new EngineError('invalid', detail, [{ pointer: '/delay', detail }]);
  if (at !== undefined) throw fault("can't be combined with `at`: give one of the two");
  if (!parsed.ok) throw fault(parsed.detail);
  if (parsed.value < 0) throw fault(`must be at least 0s; got ${shownValue(delay)}`);
  return parsed.value === 0 ? undefined : store.now() + parsed.value;
}

function keepsVanishing(jobId: string): string {
  return `The job "${jobId}" keeps being deleted while runs are enqueued. Stop what deletes it, then try again.`;
}

function olderSnapshot(jobId: string): string {
  return `The job "${jobId}" was made just now, and your transaction does not see it, because its snapshot is older. Repeat the transaction.`;
}
