import { changedFields } from '../../../core/job-types/payload-fields.ts';
import type { Job } from '../../../core/model/job.ts';
import type { CheckedBy } from '../../../core/model/job-command.ts';
import type { JsonText } from '../../../core/model/run.ts';
import { shownPayload, storedNamesIn } from '../../../core/secrets/payload-secrets.ts';
import { SecretError } from '../../../core/secrets/secret-value.ts';
import type { RunView } from '../../../core/store/store-views.ts';
import type { EngineParts } from '../../engine-parts.ts';
import { checkPayload, payloadPointer } from '../../job-types/payload-check.ts';
import type { RegisteredType } from '../../job-types/registry.ts';
import { acceptSecrets, openStored, sealStored } from '../../job-types/secret-payload.ts';
import { canonicalJson } from '../../job-types/stored-payload.ts';
import { EngineError, type TriggerInput } from '../../ports/engine-port.ts';

/** A payload for one run, and which version of its job type has checked it. */
export interface PayloadOverride {
  readonly payload: JsonText;
  readonly checkedBy: CheckedBy;
}

/** Checks the payload of a trigger. Throws when it is not valid, or the caller may not set a field of it. */
export async function overrideOf(
  deps: EngineParts,
  { id: jobId, type: typeName, payload: stored }: Job,
  { payload, payloadBy }: TriggerInput,
): Promise<PayloadOverride> {
  const type = deps.registry.get(typeName);
  if (type === undefined)
    throw new EngineError(
      'conflict',
      `No job type ${typeName} is registered here, so its payload can't be checked. Ask a node that has it.`,
    );
  const isOperator = payloadBy === 'operator';
  // Sealed once for both comparisons: each sealing of the same value differs.
  const usual = sealStored(deps.secrets, { rules: type.payload, jobId, json: stored });
  if (isOperator) refuseOtherNames({ type, usual, payload });
  const sent = { rules: type.payload, payload, jobId, stored: usual, hidesEqual: isOperator };
  const checked = await acceptSecrets(deps.secrets, sent);
  if (!checked.ok) throw new EngineError('invalid', 'The payload is not valid.', checked.faults);
  if (isOperator) await refuseAdminFields(deps, { type, jobId, usual, requested: checked.json });
  return { payload: checked.json, checkedBy: checkedByType(type) };
}

interface OperatorsPayload {
  readonly type: RegisteredType;
  readonly jobId: string;
  readonly usual: JsonText;
  readonly requested: JsonText;
}

/**
 * Throws when the payload of an operator names another stored secret than the job does: an operator could
 * send it anywhere. Nothing of that secret is read before.
 */
export function refuseOtherNames(given: {
  readonly type: RegisteredType;
  readonly usual: JsonText;
  readonly payload: unknown;
}): void {
  const { secretFields } = given.type.payload;
  const namesOf = (json: JsonText) => storedNamesIn(json, secretFields);
  const known = namesOf(given.usual);
  const [named] = namesOf(canonicalJson(given.payload) ?? 'null').filter((name) => !known.includes(name));
  if (named === undefined) return;
  throw new EngineError(
    'forbidden',
    `Only an admin may name the secret "${named}" for a run. Run the job without a payload, or ask an admin.`,
  );
}

/** Throws when the payload differs from the usual one in a field that only an admin may change. */
export async function refuseAdminFields(
  { secrets }: Pick<EngineParts, 'secrets'>,
  { type, jobId, usual, requested }: OperatorsPayload,
): Promise<void> {
  // Compare with the defaults of today, which `requested` has, too.
  const { payload: rules } = type;
  const payload: unknown = JSON.parse(shownPayload(usual, rules.secretFields));
  const filled = await acceptSecrets(secrets, { rules, payload, jobId, stored: usual });
  const mayChange = new Set(type.jobType.operatorsMaySet);
  const refused = changedFields(filled.ok ? filled.json : usual, requested).filter(
    (name) => !mayChange.has(name),
  );
  if (refused.length === 0) return;
  const allowed = mayChange.size === 0 ? 'none' : [...mayChange].join(', ');
  throw new EngineError(
    'forbidden',
    `Only an admin may change ${refused.join(', ')} for a run of ${type.jobType.type}; an operator may change: ${allowed}. Run the job without a payload, or ask an admin.`,
    refused.map((name) => ({
      pointer: payloadPointer(name),
      detail: "must have the value of the job's payload",
    })),
  );
}

/**
 * Checks the payload of an earlier run for a retry, which takes it as it is. Throws only when the run would
 * fail for certain: not when the job is gone, or when this node lacks its type or has an older version.
 */
export async function checkerOf(
  { registry, store, node, secrets }: EngineParts,
  { type: typeName, jobId, run }: RunView,
  payload: JsonText,
): Promise<Partial<Pick<PayloadOverride, 'checkedBy'>>> {
  const type = registry.get(typeName);
  if (type === undefined) return {};
  const opened = await openStored(secrets, { rules: type.payload, jobId, json: payload });
  // The new run says what can't be opened: somebody may mend it until then.
  if (opened instanceof SecretError) return { checkedBy: checkedByType(type) };
  const checked = checkPayload(type.payload, opened.payload);
  if (checked.ok) return { checkedBy: checkedByType(type) };
  const job = (await store.getJob(jobId, node.liveTypes))?.job;
  if (job?.uid !== run.jobUid || job.typeVersion > type.jobType.version) return {};
  throw new EngineError(
    'invalid',
    `${typeName} refuses the payload that this run had. Run the job with another one instead.`,
    checked.faults,
  );
}

export function checkedByType({ jobType }: RegisteredType): CheckedBy {
  return { type: jobType.type, typeVersion: jobType.version };
}
