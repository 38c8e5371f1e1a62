import type { PauseOfAll } from '../../core/pauses/pause-of-all.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { PauseWatch } from '../lifecycle/pause-watch.ts';
import type { EngineCommandOptions, PauseAllInput } from '../ports/engine-port.ts';
import { errorOf } from './command-errors.ts';
import { auditOf, parseInstant } from './command-options.ts';
import { guardReply } from './store-writes.ts';

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
  const reply = deps.store.pauseAll({ reason, until, by, audit }, signal);
  const result = await guardReply(deps, reply, { kind: 'all_paused' });
  if (result.kind === 'refused') throw errorOf(result.refusal);
  deps.pauseWatch.learn(result.pause);
  deps.node.notify({ kind: 'all_paused' });
  return result.pause;
}

export async function resumeAll(deps: PauseAllDeps, options: EngineCommandOptions = {}): Promise<void> {
  const audit = auditOf(options, 'jobs.resume_all', {});
  const reply = deps.store.resumeAll({ audit }, options.signal);
  const { changed, pause } = await guardReply(deps, reply, { kind: 'all_paused' });
  deps.pauseWatch.learn(pause);
  if (changed) deps.node.notify({ kind: 'all_paused' });
}
