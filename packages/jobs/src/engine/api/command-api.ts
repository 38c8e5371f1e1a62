import type { Engine } from '../engine-port.ts';
import { jobTypeInfo } from '../job-types/job-type-info.ts';
import type { ApiDeps } from './api-deps.ts';
import { createJobApi, type JobMethods } from './job-api.ts';
import { createRunApi, type RunMethods } from './run-api.ts';
import { createStoreWrites } from './store-writes.ts';

export type CommandApi = JobMethods & RunMethods & Pick<Engine, 'jobTypes' | 'listAudit'>;

/** What people and code ask of the engine. */
export function createCommandApi(parts: Omit<ApiDeps, 'writes'>): CommandApi {
  const deps = { ...parts, writes: createStoreWrites(parts) };
  return {
    ...createJobApi(deps),
    ...createRunApi(deps),
    jobTypes: () => deps.registry.types.map(jobTypeInfo),
    listAudit: (query) => deps.store.listAudit(query),
  };
}
