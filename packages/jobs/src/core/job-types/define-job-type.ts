import { checkOptions } from '../input/check-options.ts';
import { definitionFields } from '../input/definition-fields.ts';
import { required } from '../input/rule.ts';
import { shape } from '../input/shape.ts';
import { shownValue } from '../input/shown-value.ts';
import { isRecord } from '../objects.ts';
import type {
  FailedContext,
  Isolation,
  JobContext,
  JobType,
  JobTypeDefinition,
  SucceededContext,
} from './job-type.ts';

/**
 * Declares a job type. The payload's type comes from the schema, the dependencies' type from the annotation
 * of `run`'s second parameter, and the result's type from what `run` returns:
 *
 *     export const sendDigest = defineJobType({
 *       type: 'send_digest',
 *       payload: z.object({ days: z.int().min(1).default(7) }),
 *       run: async (ctx, deps: Deps) => ({ sent: await deps.digest.send(ctx.payload.days, ctx.signal) }),
 *       onFailed: (ctx, { chat }) => chat.say(`No digest: ${ctx.error.message}`),
 *     });
 */
export function defineJobType<
  Input,
  Output,
  Deps,
  Name extends string,
  Result,
  Where extends Isolation = 'inline',
  Checkpoint = never,
  Steps extends boolean = false,
>(
  definition: JobTypeDefinition<Input, Output, Deps, Name, Result, Where, Checkpoint, Steps>,
): JobType<Deps, Name, Input, Result, Where>;
export function defineJobType<Input, Output, Deps, Name extends string, Result, Checkpoint>(
  definition: JobTypeDefinition<Input, Output, Deps, Name, Result, Isolation, Checkpoint, boolean>,
): JobType<Deps, Name, Input, Result> {
  checkOptions('defineJobType', definitionRules, definition, nameOf(definition));
  const hookDeps = (deps: Deps) => (definition.isolation === 'thread' ? undefined : deps);
  // Field by field: the definition may be an instance of a class, with accessors that a spread leaves out.
  return {
    type: definition.type,
    description: definition.description ?? '',
    module: definition.module,
    version: definition.version ?? 1,
    payload: definition.payload,
    operatorsMaySet: definition.operatorsMaySet ?? [],
    secrets: definition.secrets ?? [],
    checkpoint: definition.checkpoint,
    steps: definition.steps ?? false,
    isolation: definition.isolation ?? 'inline',
    memoryMb: definition.memoryMb,
    timeout: definition.timeout,
    maxAttempts: definition.maxAttempts,
    backoff: definition.backoff,
    pauseAfter: definition.pauseAfter,
    limits: definition.limits,
    run: (ctx, deps) => definition.run(typed(ctx), deps),
    onSucceeded:
      definition.onSucceeded && ((ctx, deps) => definition.onSucceeded?.(typed(ctx), hookDeps(deps))),
    onFailed: definition.onFailed && ((ctx, deps) => definition.onFailed?.(typed(ctx), hookDeps(deps))),
    onPaused: definition.onPaused && ((ctx, deps) => definition.onPaused?.(ctx, hookDeps(deps))),
  };
}

const definitionRules = required(
  shape<JobTypeDefinition<unknown, unknown, never, string, unknown, Isolation, never, boolean>>(
    'a definition such as { type, payload, run }',
    definitionFields,
  ),
);

/** Errors name the type, as far as it has a name. */
function nameOf(definition: unknown): string | undefined {
  if (!isRecord(definition) || typeof definition.type !== 'string') return undefined;
  return `job type ${shownValue(definition.type)}`;
}

/**
 * The context as the definition has it. The engine has validated the payload with the type's schema (P21,
 * payloads), and the result is what the type's handler returned.
 */
function typed<Context>(ctx: JobContext<unknown> | SucceededContext | FailedContext): Context {
  return ctx as Context;
}
