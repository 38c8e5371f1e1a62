import { calendarFaults, type DeclaredCalendar } from '../../core/calendars/check-calendar.ts';
import { below } from '../../core/input/shape.ts';
import type { DeclaredJob } from '../../core/job-types/declared-job.ts';
import type { JobDefinition } from '../../core/model/job.ts';
import type { JsonText } from '../../core/model/run.ts';
import type {
  CalendarInCode,
  DeclareFault,
  DeclareInput,
  JobInCode,
} from '../../core/store/store-declarations.ts';
import { calendarDefinition } from '../api/calendar-api.ts';
import { inputWithName, parseDefinition } from '../api/jobs/job-definition.ts';
import type { EngineParts } from '../engine-parts.ts';
import { haveEqualSecrets } from '../job-types/secret-payload.ts';
import { namedSecrets, shownInput } from '../job-types/shown-payload.ts';
import { EngineError, type InvalidField } from '../ports/engine-port.ts';

/** What a program declares. Absent: it leaves those of others alone. */
export interface Declarations {
  readonly jobs?: readonly DeclaredJob[];
  readonly calendars?: Readonly<Record<string, DeclaredCalendar>>;
}

/** Checks all that a program declares. Throws one error with all faults. */
export async function parseJobsInCode(
  parts: EngineParts,
  { jobs, calendars }: Declarations,
): Promise<Pick<DeclareInput, 'jobs' | 'calendars'>> {
  const inCode = calendars && Object.entries(calendars).map(calendarInCode);
  const faults: InvalidField[] = (inCode ?? []).flatMap(({ id, calendar }) =>
    calendarFaults(calendar, parts.store.now()).map((fault) => below('calendars', below(id, fault))),
  );
  const parsed = jobs && (await parseJobs(parts, jobs, faults));
  if (faults.length > 0) throw new EngineError('invalid', NOT_VALID, faults);
  return { jobs: parsed, calendars: inCode };
}

function calendarInCode([id, { adopt = false, ...input }]: [string, DeclaredCalendar]): CalendarInCode {
  return { id, calendar: calendarDefinition(id, input), adopt };
}

/** Adds the faults to `faults`. */
async function parseJobs(
  parts: EngineParts,
  jobs: readonly DeclaredJob[],
  faults: InvalidField[],
): Promise<readonly JobInCode[]> {
  const parsed: JobInCode[] = [];
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
  return parsed;
}

/** The error for declarations that the store has refused. */
export function refusedInCode({ jobs = [] }: Declarations, faults: readonly DeclareFault[]): EngineError {
  const found = faults.map((fault) => {
    const { detail, pointer } = fault;
    if ('calendarId' in fault)
      return below('calendars', below(fault.calendarId, { pointer: pointer ?? '', detail }));
    const n = jobs.findIndex(({ input }) => input.id === fault.jobId);
    return faultOf(jobs, n, { pointer: pointer ?? '/id', detail });
  });
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
