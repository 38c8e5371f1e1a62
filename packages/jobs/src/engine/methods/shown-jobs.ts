import type { Job, JobDefinition } from '../../core/model/job.ts';
import type { Run } from '../../core/model/run.ts';
import type { JobVersion, JobView, RunView } from '../../core/store/store-views.ts';

import type { Registry } from '../job-types/registry.ts';
import { shownJson } from '../job-types/shown-payload.ts';
import type { RunEvent, UntypedJobs } from '../ports/jobs-port.ts';

/**
 * An engine whose methods show `[secret]` in the place of each secret of a payload (P40, secrets in
 * payloads).
 */
export function withoutSecrets(jobs: UntypedJobs, registry: Registry): UntypedJobs {
  const { job, run, version } = viewsWithoutSecrets(registry);
  return {
    ...jobs,
    createJob: async (...args) => job(await jobs.createJob(...args)),
    putJob: async (...args) => job(await jobs.putJob(...args)),
    schedule: async (...args) => job(await jobs.schedule(...args)),
    patchJob: async (...args) => job(await jobs.patchJob(...args)),
    getJob: async (...args) => job(await jobs.getJob(...args)),
    listJobs: async (...args) => {
      const page = await jobs.listJobs(...args);
      return { ...page, rows: page.rows.map((row) => job(row)) };
    },
    pauseJob: async (...args) => job(await jobs.pauseJob(...args)),
    resumeJob: async (...args) => job(await jobs.resumeJob(...args)),
    listJobVersions: async (...args) => {
      const page = await jobs.listJobVersions(...args);
      return { ...page, rows: page.rows.map((row) => version(row)) };
    },
    getJobVersion: async (...args) => version(await jobs.getJobVersion(...args)),
    trigger: async (...args) => run(await jobs.trigger(...args)),
    enqueue: async (...args) => run(await jobs.enqueue(...args)),
    getRun: async (...args) => run(await jobs.getRun(...args)),
    listRuns: async (...args) => {
      const page = await jobs.listRuns(...args);
      return { ...page, rows: page.rows.map((row) => run(row)) };
    },
    listFailures: async (...args) => {
      const page = await jobs.listFailures(...args);
      return { ...page, groups: page.groups.map((group) => ({ ...group, sample: run(group.sample) })) };
    },
    cancelRun: async (...args) => run(await jobs.cancelRun(...args)),
    retryRun: async (...args) => run(await jobs.retryRun(...args)),
  };
}

/** A listener that gets runs without secrets. */
export function withShownRuns(registry: Registry, type: string, listener: Listener): Listener {
  const { run } = viewsWithoutSecrets(registry);
  return (event) => listener({ ...event, run: run({ run: event.run, type }).run });
}

type Listener = (event: RunEvent) => unknown;

function viewsWithoutSecrets(registry: Registry) {
  const definition = <Definition extends JobDefinition | Job>(given: Definition): Definition => {
    const payload = shownJson(registry, given);
    return payload === given.payload ? given : { ...given, payload };
  };
  return {
    job: <View extends Pick<JobView, 'job'>>(view: View): View => {
      const shown = definition(view.job);
      return shown === view.job ? view : { ...view, job: shown };
    },
    version: (view: JobVersion): JobVersion => {
      const shown = definition(view.definition);
      return shown === view.definition ? view : { ...view, definition: shown };
    },
    run: <View extends Pick<RunView, 'type' | 'ranWith'> & { readonly run: Run }>(view: View): View => {
      const { run, ranWith, type } = view;
      const shownOf = (payload: string) => shownJson(registry, { type, payload });
      const shown = ranWith === undefined ? view : { ...view, ranWith: shownOf(ranWith) };
      return run.payload === undefined ? shown : { ...shown, run: { ...run, payload: shownOf(run.payload) } };
    },
  };
}
