import { EngineError } from '../../../engine/ports/engine-port.ts';
import { enqueueBody, jobTypeParams } from '../../input/command-input.ts';
import { commandOptions, defineRoute } from '../../routing/route.ts';
import { BODY_PROBLEMS, LOCATION, problems, REPLAY, success } from '../../routing/route-docs.ts';
import { runJson, runSchema } from '../../views/runs/run.ts';

/** Runs of a job type, without a job of the client's own. */
export const enqueueRoute = defineRoute({
  method: 'POST',
  path: '/job-types/:type/runs',
  need: 'operate',
  doc: {
    operationId: 'enqueueRun',
    summary: 'Enqueue a run of a job type',
    description:
      'Makes a run without a job of your own. It belongs to the on-demand job `enqueued.<type>`, which the first call makes. While that job is paused, the run waits (`held: "pause"`) until the job is resumed. The body is optional. A payload that differs from the defaults of the type in fields outside its `operators_may_set` requires the role admin; otherwise a 403 names these fields.',
  },
  params: jobTypeParams,
  body: enqueueBody,
  bodyIsOptional: true,
  responses: {
    202: success(runSchema, 'The run', { ...LOCATION, ...REPLAY }),
    ...problems(404, 409, ...BODY_PROBLEMS),
  },
  handle: async ({ params, body, context }, { engine }) => {
    const { payload = {}, run_at: at, delay, dedupe_key: key } = body;
    const payloadBy = (await context.may('admin')) ? 'admin' : 'operator';
    const options = { at, delay, key, payloadBy, ...commandOptions(context) } as const;
    if (engine.jobTypes().every(({ type }) => type !== params.type)) throw typeNotFound(params.type);
    const { duplicate, ...view } = await engine.enqueue(params.type, payload, options).catch(inNamesOfBody);
    context.logWith({ jobId: view.jobId, runId: view.run.id });
    return {
      status: 202,
      location: `/runs/${view.run.id}`,
      headers: duplicate ? { 'idempotent-replay': 'true' } : {},
      body: runJson(view),
    };
  },
});

const NAMES: Readonly<Record<string, string>> = { '/at': '/run_at', '/key': '/dedupe_key' };

function inNamesOfBody(error: unknown): never {
  if (!(error instanceof EngineError)) throw error;
  const { code, summary, faults } = error;
  const renamed = faults.map(({ pointer, detail }) => ({ pointer: NAMES[pointer] ?? pointer, detail }));
  throw new EngineError(code, summary, renamed, { cause: error });
}

function typeNotFound(type: string): EngineError {
  return new EngineError('not_found', `There is no job type "${type}". GET /job-types lists the types.`);
}
