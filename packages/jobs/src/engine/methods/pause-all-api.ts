import { type PauseAllDeps, pauseAll, resumeAll } from '../api/pause-all.ts';
import type { checkedArguments } from '../input/checked-arguments.ts';
import type { Engine } from '../ports/engine-port.ts';

/** The methods of the engine for the pause of all jobs. */
export function createPauseAllApi(
  deps: PauseAllDeps,
  given: typeof checkedArguments,
): Pick<Engine, 'pauseAll' | 'resumeAll' | 'pauseOfAll'> {
  return {
    pauseAll: async (...args) => pauseAll(deps, ...given('pauseAll', args)),
    resumeAll: async (...args) => resumeAll(deps, ...given('resumeAll', args)),
    pauseOfAll: () => deps.pauseState.current,
  };
}
