import { below } from '../../core/input/shape.ts';
import type { DeclaredJob } from '../../core/job-types/declared-job.ts';
import type { JobDefinition } from '../../core/model/job.ts';
import type { JsonText } from '../../core/model/run.ts';
import type { DeclareFault, JobInCode } from '../../core/store/store-declarations.ts';
import { inputWithName, parseDefinition } from '../api/jobs/job-definition.ts';
import type { EngineParts } from '../engine-parts.ts';
import { haveEqualSecrets } from '../job-types/secret-payload.ts';
import { namedSecrets, shownInput } from '../job-types/shown-payload.ts';
import { EngineError, type InvalidField } from '../ports/engine-port.ts';

/** Checks all jobs that a program declares. Throws one error with all faults. */
export async function parseJobsInCode(
  parts: EngineParts,
  jobs: readonly DeclaredJob[],
): Promise<readonly JobInCode[]> {
  const parsed: JobInCode[] = [];
  const faults: InvalidField[] = [];
  const places = new Map<string, string>();
  for (const [n, one] of jobs.entries()) {
    const { id } = one.input;
    const other = places.get(id);
    if (other !== undefined) faults.push(twice(jobs, n, other));
    places.set(id, one.place);
    try {
      parsed.push(await parse(parts, one));
    } catch (error) {
      if (!(error instanceof EngineError && error.code === 'invalid')) throw error;
      faults.push(...error.faults.map((fault) => faultOf(jobs, n, fault)));
    }
  }
  if (faults.length > 0) throw new EngineError('invalid', NOT_VALID, faults);
  return parsed;
}

/** The error for declarations that the store has refused. */
export function refusedInCode(jobs: readonly DeclaredJob[], faults: readonly DeclareFault[]): EngineError {
  const found = faults.map(({ jobId, detail, pointer = '/id' }) =>
    faultOf(
      jobs,
      jobs.findIndex(({ input }) => input.id === jobId),
      { pointer, detail },
    ),
  );
  return new EngineError('invalid', NOT_VALID, found);
}

const NOT_VALID = 'The jobs in code are not valid, so nothing was changed.';

async function parse(parts: EngineParts, { jobType, input, adopt, place }: DeclaredJob): Promise<JobInCode> {
  const given = inputWithName(input, jobType);
  const compared = await storedPayload(parts, given);
  const parsed = await parseDefinition(parts, given, compared?.payload);
  const definition = withStoredText(parts, parsed, compared?.payload);
  const names = namedSecrets(parts, definition);
  const shown = JSON.stringify(shownInput(parts, given));
  return { definition, place, adopt, shown, namedSecrets: names, ...(compared && { compared }) };
}

/** Only a payload with secrets is compared with the stored one: each sealing gives another text. */
async function storedPayload(
  { registry, store, node }: EngineParts,
  { id, type }: { readonly id: string; readonly type: string },
): Promise<JobInCode['compared']> {
  if ((registry.get(type)?.payload.secretFields ?? []).length === 0) return undefined;
  const view = await store.getJob(id, node.liveTypes);
  return { payload: view?.job.type === type ? view.job.payload : undefined };
}

/** An equal payload is no change, also if another key has sealed the stored one. */
function withStoredText(
  { registry, secrets }: EngineParts,
  definition: JobDefinition,
  stored: JsonText | undefined,
): JobDefinition {
  const { id: jobId, type, payload } = definition;
  const rules = registry.get(type)?.payload;
  if (rules === undefined || stored === undefined) return definition;
  const isEqual = haveEqualSecrets(secrets, { rules, jobId, json: payload }, stored);
  return isEqual ? { ...definition, payload: stored } : definition;
}

function twice(jobs: readonly DeclaredJob[], n: number, other: string): InvalidField {
  const detail = `two jobs have this id; the other one is declared at ${other}. Give each job its own id`;
  return faultOf(jobs, n, { pointer: '/id', detail });
}

function faultOf(jobs: readonly DeclaredJob[], n: number, { pointer, detail }: InvalidField): InvalidField {
  const one = jobs[n];
  const where = one === undefined ? '' : ` (job "${one.input.id}", declared at ${one.place})`;
  return below('jobs', below(String(n), { pointer, detail: `${detail}${where}` }));
}
