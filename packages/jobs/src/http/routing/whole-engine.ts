import type { CommandOptions } from '../../engine/ports/engine-port.ts';
import { HttpProblem } from '../requests/http-problem.ts';
import { commandOptions, type RequestContext } from './route.ts';

/**
 * The options of a command on the whole engine, such as a pause of all jobs. Throws a 403 for a caller whose
 * policy (P39, policies) allows only some types: the command reaches the jobs of all types. Call it before
 * the command, also where the command takes no options.
 */
export function wholeEngineOptions(context: RequestContext): Pick<CommandOptions, 'by' | 'signal'> {
  const { by, policy, signal } = commandOptions(context);
  if (policy?.types === undefined) return { by, signal };
  const types = policy.types.map((type) => `"${type}"`).join(', ') || 'no type';
  const detail = `Refused: your policy allows jobs of ${types} only, and this request reaches the jobs of all types. Ask somebody without this policy.`;
  throw new HttpProblem({ status: 403, detail });
}
