import type { JobStore } from '../core/store/store.ts';
import { createOutboundClient } from '../outbound/outbound-client.ts';
import { Alerts } from './alerts/alerts.ts';
import { forecast } from './api/forecast.ts';
import {
  createJob,
  deleteJob,
  getJob,
  patchJob,
  pauseJob,
  putJob,
  resumeJob,
  schedule,
} from './api/jobs/job-api.ts';
import { preview } from './api/jobs/preview.ts';
import { getJobVersion, listJobVersions } from './api/jobs/version-api.ts';
import { listAudit, listJobs, listTags } from './api/list-api.ts';
import { enqueue } from './api/runs/enqueue.ts';
import { enqueueAndWait } from './api/runs/enqueue-and-wait.ts';
import { trigger } from './api/runs/trigger.ts';
import { requireCompletion, storeInTransaction } from './api/store-writes.ts';
import type { HandlerCommands } from './attempts/handler-jobs.ts';
import { BulkCommands } from './bulk/bulk-commands.ts';
import { JobsInCode } from './declarations/jobs-in-code.ts';
import { EventFeed } from './events/event-feed.ts';
import { HookCaller } from './hooks/hook-caller.ts';
import { checkedArguments } from './input/checked-arguments.ts';
import { createRegistry, jobTypeInfo, requireType } from './job-types/registry.ts';
import { Lifecycle } from './lifecycle/lifecycle.ts';
import { PauseWatch } from './lifecycle/pause-watch.ts';
import { createAlertsApi } from './methods/alerts-api.ts';
import { createBackfillsApi } from './methods/backfills-api.ts';
import { createBulkApi } from './methods/bulk-api.ts';
import { createCalendarsApi } from './methods/calendars-api.ts';
import { createPauseAllApi } from './methods/pause-all-api.ts';
import { createRunsApi } from './methods/runs-api.ts';
import { createSecretsApi } from './methods/secrets-api.ts';
import { withoutSecrets, withShownRuns } from './methods/shown-jobs.ts';
import { createStatsApi } from './methods/stats-api.ts';
import { Node } from './nodes/node.ts';
import { type EngineOptions, settingsOf } from './options.ts';
import { Dispatcher } from './pass/dispatcher.ts';
import { Pings } from './pings/pings.ts';
import { Executor } from './places/executor.ts';
import { nameOf, type UntypedJobs } from './ports/jobs-port.ts';
import { createKeyring } from './secrets/keyring.ts';
import { Settlements } from './settling/settlements.ts';
import { Meter } from './stats/meter.ts';
import { ThreadPool } from './threads/thread-pool.ts';
import { DueTimes } from './timing/due-times.ts';
import { PassLoop } from './timing/pass-loop.ts';
import { PauseState } from './timing/pause-state.ts';
import { PlanTimer } from './timing/plan-timer.ts';
import { Throttle } from './timing/throttle.ts';
import { RunListeners } from './watching/run-listeners.ts';
import { RunWaits } from './watching/run-waits.ts';

export type { UntypedJobs } from './ports/jobs-port.ts';

/** The engine for handlers and hooks. */
function handlerCommands(
  jobs: () => UntypedJobs,
  {
    store,
    node,
    outbound,
  }: Pick<HandlerCommands, 'outbound'> & { readonly store: JobStore; readonly node: Node },
): HandlerCommands {
  return {
    enqueue: (...args) => jobs().enqueue(...args),
    schedule: (...args) => jobs().schedule(...args),
    trigger: (...args) => jobs().trigger(...args),
    cancelRun: (...args) => jobs().cancelRun(...args),
    outbound,
    requireCompletion: () => requireCompletion(store),
    completeRun: (tx, claim) => storeInTransaction(store, tx).completeRun({ ...claim, node: node.id }),
    failTransaction: (tx) => storeInTransaction(store, tx).fail(),
  };
}

/**
 * Makes an engine over a store. Throws for job types that can't be registered (P21, payloads). Opens and runs
 * nothing before `start()`. Until `stop()`, it observes requests of the process's HTTP servers.
 */
export function createEngine<Deps>(engineOptions: EngineOptions<Deps>): UntypedJobs {
  const { store, jobTypes, deps } = engineOptions;
  const settings = settingsOf(engineOptions);
  const keyring = createKeyring(settings.secretKeys);
  const secrets = { keyring, store };
  const registry = createRegistry(jobTypes, { deps, canSeal: keyring.ids.length > 0 });
  const types = settings.concurrency === 0 ? {} : registry.versions;
  const base = { ...settings, settings, store, registry, secrets, types };
  const { clock, concurrency: floor, loopDelay } = settings;
  const loop = new PassLoop(clock);
  const due = new DueTimes(settings.aheadMs);
  const planTimer = new PlanTimer({ clock, due, loop });
  const throttle = new Throttle({ clock, floor, loopDelay });
  const timing = { loop, due, planTimer, throttle, pauseState: new PauseState(clock) };
  const meter = new Meter({ ...settings, types: Object.keys(registry.versions) });
  const node = new Node(base);
  const events = new EventFeed({ ...base, node });
  const outbound = createOutboundClient(settings.outbound);
  const alerts = new Alerts({ ...base, node, outbound });
  const pings = new Pings({ settings, outbound });
  // Handlers and hooks run only after the engine was made.
  const commands = handlerCommands(() => jobs, { store, node, outbound });
  const hooks = new HookCaller({ ...base, commands, forAll: engineOptions });
  const settlements = new Settlements({ ...base, ...timing, events, meter, pings, hooks });
  const threads = new ThreadPool(settings);
  const executor = new Executor({ ...base, threads, settlements, events, meter, pings, commands });
  const work = { ...base, ...timing, alerts, meter, node, events, hooks, settlements, threads, executor };
  const parts = { ...work, pings, dispatcher: new Dispatcher(work) };
  const listeners = new RunListeners({ ...base, events });
  const waits = new RunWaits(parts);
  const pauseWatch = new PauseWatch(parts);
  const bulk = new BulkCommands(parts);
  const jobsInCode = new JobsInCode(parts, engineOptions);
  const lifecycle = new Lifecycle({ ...parts, listeners, waits, outbound, pauseWatch, bulk, jobsInCode });
  /** The arguments of a method that needs the store. */
  const given: typeof checkedArguments = (method, args) => {
    const checked = checkedArguments(method, args);
    lifecycle.requireStarted();
    return checked;
  };
  const engine: UntypedJobs = {
    start: () => lifecycle.start(),
    stop: async (...args) => lifecycle.stop(...checkedArguments('stop', args)),
    tick: () => lifecycle.tick(),
    check: () => lifecycle.check(),
    lost: lifecycle.lost,
    createJob: async (...args) => createJob(parts, ...given('createJob', args)),
    putJob: async (...args) => putJob(parts, ...given('putJob', args)),
    schedule: async (...args) => schedule(parts, ...given('schedule', args)),
    patchJob: async (...args) => patchJob(parts, ...given('patchJob', args)),
    deleteJob: async (...args) => deleteJob(parts, ...given('deleteJob', args)),
    getJob: async (...args) => getJob(parts, ...given('getJob', args)),
    listJobs: async (...args) => listJobs(parts, ...given('listJobs', args)),
    listTags: async (...args) => listTags(parts, ...given('listTags', args)),
    pauseJob: async (...args) => pauseJob(parts, ...given('pauseJob', args)),
    resumeJob: async (...args) => resumeJob(parts, ...given('resumeJob', args)),
    preview: async (...args) => preview(parts, ...given('preview', args)),
    forecast: async (...args) => forecast(parts, ...given('forecast', args)),
    trigger: async (...args) => trigger(parts, ...given('trigger', args)),
    enqueue: async (...args) => enqueue(parts, ...given('enqueue', args)),
    enqueueAndWait: async (...args) => enqueueAndWait({ ...parts, waits }, ...given('enqueueAndWait', args)),
    listJobVersions: async (...args) => listJobVersions(parts, ...given('listJobVersions', args)),
    getJobVersion: async (...args) => getJobVersion(parts, ...given('getJobVersion', args)),
    ...createRunsApi(parts, given),
    jobTypes: () => registry.types.map(jobTypeInfo),
    listAudit: async (...args) => listAudit(parts, ...given('listAudit', args)),
    ...createPauseAllApi({ ...parts, pauseWatch }, given),
    ...createAlertsApi(parts, given),
    ...createBackfillsApi(parts, given),
    ...createBulkApi({ ...parts, bulk }, given, () => jobs),
    ...createCalendarsApi(parts, given),
    ...createSecretsApi(parts, given),
    ...createStatsApi({ ...parts, lifecycle }, given),
    observeAttempts: (observer) => meter.observe(observer),
    on: (...args) => {
      const [names, type, listener, options] = checkedArguments('on', args);
      const { jobType } = requireType(registry, nameOf(type));
      const shown = withShownRuns(registry, jobType.type, listener);
      return listeners.add({ events: [names].flat(), type: jobType.type, listener: shown }, options);
    },
    subscribe: (...args) => events.subscribe(...checkedArguments('subscribe', args)),
  };
  const jobs = withoutSecrets(engine, registry);
  return jobs;
}
