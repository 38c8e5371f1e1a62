import type { JobContext, JobType } from '../core/model/job-type.ts';

export interface RunJobOptions {
  readonly signal?: AbortSignal;
  readonly lastSuccess?: Date;
  readonly run?: Partial<JobContext<unknown>['run']>;
  readonly traceparent?: string;
}

/** The result of a handler, its log lines and its last progress. */
export interface RunJobReport {
  readonly result: unknown;
  readonly logs: readonly { readonly level: string; readonly message: string; readonly fields: unknown }[];
  readonly progress:
    | { readonly done: number; readonly total: number | undefined; readonly note: string | undefined }
    | undefined;
}

/**
 * Runs a job type's handler once, at once, and validates its payload and fills in defaults as the engine
 * does. Throws the handler's error, or a ZodError for an invalid payload.
 */
export async function runJob<Deps>(
  type: JobType<Deps>,
  payload: unknown,
  deps: Deps,
  options: RunJobOptions = {},
): Promise<RunJobReport> {
  const logs: { level: string; message: string; fields: unknown }[] = [];
  let progress: RunJobReport['progress'];
  const line = (level: string) => (message: string, fields?: unknown) => {
    logs.push({ level, message, fields });
  };
  const result = await type.run(
    {
      payload: type.payload.parse(payload),
      job: { id: 'test-job', uid: '1', name: 'Test job', type: type.type },
      run: {
        id: '1',
        attempt: 1,
        fence: 1,
        scheduledFor: undefined,
        catchUp: false,
        missed: 0,
        ...options.run,
      },
      lastSuccess: options.lastSuccess,
      signal: options.signal ?? new AbortController().signal,
      traceparent: options.traceparent,
      log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
      progress: (done, total, note) => {
        progress = { done, total, note };
      },
    },
    deps,
  );
  return { result, logs, progress };
}
