import { createJob, deleteJob, getJob, patchJob, pauseJob, putJob, resumeJob } from './api/job-api.ts';
import { preview } from './api/preview.ts';
import { cancelRun, getLogs, getRun, retryRun } from './api/run-api.ts';
import { trigger } from './api/trigger.ts';
import type { Engine } from './engine-port.ts';
import { EventFeed } from './events/event-feed.ts';
import { createRegistry, jobTypeInfo } from './job-types/registry.ts';
import { Lifecycle } from './lifecycle/lifecycle.ts';
import { Node } from './nodes/node.ts';
import { type EngineOptions, settingsOf } from './options.ts';
import { Dispatcher } from './pass/dispatcher.ts';
import { Executor } from './places/executor.ts';
import { Settlements } from './settling/settlements.ts';
import { Meter } from './stats/meter.ts';
import { createStatsApi } from './stats-api.ts';
import { ThreadPool } from './threads/thread-pool.ts';
import { DueTimes } from './timing/due-times.ts';
import { PassLoop } from './timing/pass-loop.ts';
import { PlanTimer } from './timing/plan-timer.ts';
import { Throttle } from './timing/throttle.ts';

/**
 * Makes an engine over a store. Throws for job types that can't be registered (P21, payloads). Opens and runs
 * nothing before `start()`. Until `stop()`, it observes requests of the process's HTTP servers.
 */
export function createEngine<Deps>(engineOptions: EngineOptions<Deps>): Engine {
  const { store } = engineOptions;
  const settings = settingsOf(engineOptions);
  const registry = createRegistry(engineOptions.jobTypes, engineOptions.deps);
  const types = settings.concurrency === 0 ? {} : registry.versions;
  const base = { ...settings, settings, store, registry, types };
  const { clock, concurrency: floor, loopDelay } = settings;
  const loop = new PassLoop(clock);
  const due = new DueTimes(settings.aheadMs);
  const planTimer = new PlanTimer({ clock, due, loop });
  const timing = { loop, due, planTimer, throttle: new Throttle({ clock, floor, loopDelay }) };
  const meter = new Meter(clock, Object.keys(registry.versions));
  const node = new Node(base);
  const events = new EventFeed({ ...base, node });
  const settlements = new Settlements({ ...base, ...timing, events, meter });
  const threads = new ThreadPool(settings);
  const executor = new Executor({ ...base, threads, settlements, events, meter });
  const work = { ...base, ...timing, meter, node, events, settlements, threads, executor };
  const parts = { ...work, dispatcher: new Dispatcher(work) };
  const lifecycle = new Lifecycle(parts);
  return {
    start: () => lifecycle.start(),
    stop: (options) => lifecycle.stop(options),
    tick: () => lifecycle.tick(),
    check: () => lifecycle.check(),
    lost: lifecycle.lost,
    createJob: (input, options = {}) => createJob(parts, input, options),
    putJob: (input, options = {}) => putJob(parts, input, options),
    patchJob: (jobId, patch, options = {}) => patchJob(parts, jobId, patch, options),
    deleteJob: (jobId, options = {}) => deleteJob(parts, jobId, options),
    getJob: (jobId) => getJob(parts, jobId),
    listJobs: (query) => store.listJobs({ ...query, handlers: node.liveTypes }),
    pauseJob: (jobId, input = {}, options = {}) => pauseJob(parts, jobId, input, options),
    resumeJob: (jobId, options = {}) => resumeJob(parts, jobId, options),
    preview: (input) => preview(parts, input),
    trigger: (jobId, input = {}, options = {}) => trigger(parts, jobId, input, options),
    getRun: (runId) => getRun(parts, runId),
    listRuns: (query) => store.listRuns(query),
    getLogs: (runId) => getLogs(parts, runId),
    cancelRun: (runId, { force = false } = {}, options = {}) => cancelRun(parts, runId, force, options),
    retryRun: (runId, options = {}) => retryRun(parts, runId, options),
    jobTypes: () => registry.types.map(jobTypeInfo),
    listAudit: (query) => store.listAudit(query),
    ...createStatsApi({ ...parts, membership: lifecycle.membership }),
    subscribe: (listener, after) => events.subscribe(listener, after),
  };
}
