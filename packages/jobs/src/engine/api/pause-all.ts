import type { PauseOfAll } from '../../core/pauses/pause-of-all.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { PauseWatch } from '../lifecycle/pause-watch.ts';
import type { EngineCommandOptions, PauseAllInput } from '../ports/engine-port.ts';
import { errorOf } from './command-errors.ts';
import { auditOf, parseInstant } from './command-options.ts';
import { guardReply, mayBeWritten } from './store-writes.ts';

export type PauseAllDeps = EngineParts & { readonly pauseWatch: PauseWatch };

export async function pauseAll(
  deps: PauseAllDeps,
  input: PauseAllInput = {},
  options: EngineCommandOptions = {},
): Promise<PauseOfAll> {
  const { reason } = input;
  const { by, signal } = options;
  const until = parseInstant(input.until, '/until');
  const audit = auditOf(options, 'jobs.pause_all', input);
  const take = deps.pauseWatch.ask();
  const result = await guardPauseReply(deps, deps.store.pauseAll({ reason, until, by, audit }, signal));
  if (result.kind === 'refused') throw errorOf(result.refusal);
  const taken = take(result.pause);
  deps.node.notify(ALL_PAUSED);
  await taken;
  return result.pause;
}

export async function resumeAll(deps: PauseAllDeps, options: EngineCommandOptions = {}): Promise<void> {
  const audit = auditOf(options, 'jobs.resume_all', {});
  const take = deps.pauseWatch.ask();
  const { changed, pause } = await guardPauseReply(deps, deps.store.resumeAll({ audit }, options.signal));
  const taken = take(pause);
  if (changed) deps.node.notify(ALL_PAUSED);
  await taken;
}

const ALL_PAUSED = { kind: 'all_paused' } as const;

/** {@link guardReply}; if the reply is lost, this node reads the pause, too. */
async function guardPauseReply<T>(deps: PauseAllDeps, reply: Promise<T>): Promise<T> {
  try {
    return await guardReply(deps, reply, ALL_PAUSED);
  } catch (error) {
    if (mayBeWritten(error)) deps.pauseWatch.replyLost();
    throw error;
  }
}
