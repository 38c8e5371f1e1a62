import { calendarRules } from '../../core/calendars/check-calendar.ts';
import { type Fault, MOST_FAULTS, NO_FAULTS } from '../../core/input/fault.ts';
import { aFunction, anything, type Rule, required, rule, text, wholeNumber } from '../../core/input/rule.ts';
import { below, missing } from '../../core/input/shape.ts';
import { isRecord } from '../../core/objects.ts';
import { EngineError } from '../ports/engine-port.ts';
import {
  channelIdRule,
  channelPatchRules,
  channelRules,
  deliveryIdRule,
  deliveryQueryRules,
} from './alert-rules.ts';
import {
  bulkCancelOptionRules,
  bulkIdRule,
  bulkJobsRules,
  bulkOptionRules,
  bulkQueryRules,
  bulkRunsRules,
  bulkScopeRules,
} from './bulk-rules.ts';
import {
  cancelRules,
  createOptionRules,
  engineOptionRules,
  enqueueRules,
  listenerRules,
  optionRules,
  pauseAllRules,
  pauseRules,
  retryOptionRules,
  runEvents,
  stopRules,
  triggerRules,
  waitRules,
} from './command-rules.ts';
import { jobRules, patchRules, scheduledJobRules } from './job-rules.ts';
import {
  auditQueryRules,
  backfillIdRule,
  backfillQueryRules,
  backfillRules,
  cancelBackfillRules,
  failureQueryRules,
  forecastQueryRules,
  historyQueryRules,
  jobQueryRules,
  jobsReadRules,
  previewRules,
  runIdRule,
  runQueryRules,
  timelineQueryRules,
  versionQueryRules,
} from './query-rules.ts';
import { resealRules, secretNameRule, secretValueRule } from './secret-rules.ts';

interface Argument {
  readonly name: string;
  readonly rule: Rule;
  /** Pointers of the main input begin in it: `/interval`, not `/job/interval`. */
  readonly isMain?: true;
}

const main = (name: string, rule: Rule): Argument => ({ name, rule, isMain: true });
const jobId: Argument = { name: 'jobId', rule: required(text({ max: 1_000, like: 'nightly-cleanup' })) };
const runId: Argument = { name: 'runId', rule: required(runIdRule) };
const backfillId: Argument = { name: 'backfillId', rule: required(backfillIdRule) };
const bulkId: Argument = { name: 'id', rule: required(bulkIdRule) };
const jobType: Argument = {
  name: 'type',
  rule: required(
    rule((value) => typeof value === 'string' || (isRecord(value) && typeof value.type === 'string'), {
      what: 'a job type, or its name',
    }),
  ),
};
const secretName: Argument = { name: 'name', rule: secretNameRule };
const channelId: Argument = { name: 'channelId', rule: channelIdRule };
const calendarId: Argument = { name: 'calendarId', rule: required(text({ max: 1_000, like: 'holidays' })) };
const nodeId: Argument = { name: 'nodeId', rule: required(text({ min: 1, max: 200 })) };
const engineOptions: Argument = { name: 'options', rule: engineOptionRules };
const options: Argument = { name: 'options', rule: optionRules };

/** The arguments of each method that has some, in their order. A new method or option is a row. */
const ARGUMENTS = {
  stop: [main('options', stopRules)],
  createJob: [main('job', required(jobRules)), { name: 'options', rule: createOptionRules }],
  putJob: [main('job', required(jobRules)), options],
  schedule: [jobType, main('job', required(scheduledJobRules)), options],
  patchJob: [jobId, main('patch', required(patchRules)), options],
  deleteJob: [jobId, options],
  getJob: [jobId],
  listJobs: [main('query', jobQueryRules)],
  listTags: [main('query', jobsReadRules)],
  pauseJob: [jobId, main('pause', pauseRules), options],
  resumeJob: [jobId, options],
  pauseAll: [main('pause', pauseAllRules), engineOptions],
  resumeAll: [engineOptions],
  preview: [main('input', required(previewRules))],
  trigger: [jobId, main('input', triggerRules), options],
  // The job type checks the payload.
  enqueue: [jobType, { name: 'payload', rule: anything }, main('options', enqueueRules)],
  enqueueAndWait: [jobType, { name: 'payload', rule: anything }, main('options', waitRules)],
  on: [
    { name: 'events', rule: required(runEvents) },
    jobType,
    { name: 'listener', rule: required(aFunction('a function (event) => void')) },
    main('options', listenerRules),
  ],
  listNodes: [],
  drainNode: [nodeId, engineOptions],
  resumeNode: [nodeId, engineOptions],
  listJobVersions: [jobId, main('query', versionQueryRules)],
  getJobVersion: [jobId, { name: 'version', rule: required(wholeNumber({ min: 1 })) }],
  getRun: [runId],
  listRuns: [main('query', runQueryRules)],
  listFailures: [main('query', failureQueryRules)],
  runTimeline: [main('query', timelineQueryRules)],
  getLogs: [runId],
  cancelRun: [runId, main('input', cancelRules), options],
  retryRun: [runId, { name: 'options', rule: retryOptionRules }],
  stats: [main('query', jobsReadRules)],
  limitWaits: [],
  forecast: [main('query', forecastQueryRules)],
  history: [main('query', historyQueryRules)],
  backfillJob: [jobId, main('backfill', required(backfillRules)), options],
  getBackfill: [backfillId],
  listBackfills: [main('query', backfillQueryRules)],
  cancelBackfill: [backfillId, main('input', cancelBackfillRules), options],
  bulkJobs: [main('command', bulkJobsRules), { name: 'options', rule: bulkOptionRules }],
  bulkRuns: [main('command', bulkRunsRules), { name: 'options', rule: bulkOptionRules }],
  getBulkCommand: [bulkId, main('query', bulkScopeRules)],
  listBulkCommands: [main('query', bulkQueryRules)],
  cancelBulkCommand: [bulkId, { name: 'options', rule: bulkCancelOptionRules }],
  listAudit: [main('query', auditQueryRules)],
  listCalendars: [],
  getCalendar: [calendarId],
  putCalendar: [calendarId, main('calendar', calendarRules), options],
  deleteCalendar: [calendarId, options],
  listSecrets: [],
  putSecret: [secretName, { name: 'value', rule: secretValueRule }, options],
  deleteSecret: [secretName, options],
  resealSecrets: [main('input', resealRules)],
  createAlertChannel: [main('channel', channelRules), options],
  patchAlertChannel: [channelId, main('patch', channelPatchRules), options],
  listAlertChannels: [],
  deleteAlertChannel: [channelId, options],
  getAlertChannel: [channelId],
  testAlertChannel: [channelId],
  listAlertDeliveries: [main('query', deliveryQueryRules)],
  retryAlertDelivery: [{ name: 'deliveryId', rule: required(deliveryIdRule) }, options],
  subscribe: [
    { name: 'listener', rule: required(aFunction('a function (event) => void')) },
    {
      name: 'after',
      rule: rule((value) => typeof value === 'number', { what: 'the id of an event, a number' }),
    },
  ],
} satisfies Readonly<Record<string, readonly Argument[]>>;

/**
 * Returns the arguments of a method of the engine as they are. Throws an `EngineError` of code `invalid` for
 * those that its rules refuse, before anything is done.
 */
export function checkedArguments<const Given extends readonly unknown[]>(
  method: keyof typeof ARGUMENTS,
  given: Given,
): Given {
  const expected: readonly Argument[] = ARGUMENTS[method];
  let faults: readonly Fault[] = NO_FAULTS;
  for (let n = 0; n < expected.length; n += 1) {
    const argument = expected[n];
    if (argument === undefined) continue;
    const found = faultsOf(argument, given[n]);
    if (found.length > 0) faults = [...faults, ...found];
  }
  if (faults.length === 0) return given;
  const summary = `The arguments of ${method}() are not valid.`;
  throw new EngineError('invalid', summary, faults.slice(0, MOST_FAULTS));
}

function faultsOf({ name, rule, isMain }: Argument, value: unknown): readonly Fault[] {
  const faults = value === undefined ? missing(rule) : rule.faults(value);
  if (faults.length === 0) return NO_FAULTS;
  if (isMain === undefined) return faults.map((fault) => below(name, fault));
  // A fault of the whole input has no path that would name it.
  return faults.map(({ pointer, detail }) => ({
    pointer,
    detail: pointer === '' ? `${name} ${detail}` : detail,
  }));
}
