import { EngineError } from '../model/errors.ts';
import type { Rule } from './rule.ts';
import { missing } from './shape.ts';

/**
 * Throws an `EngineError` of code `invalid` for options of the function `maker` that its rules refuse. `what`
 * says in the error what the options describe, if they say it themselves.
 */
export function checkOptions(maker: string, rules: Rule, options: unknown, what?: string): void {
  const found = options === undefined ? missing(rules) : rules.faults(options);
  if (found.length === 0) return;
  const faults = found.map(({ pointer, detail }) => ({
    pointer,
    detail: pointer === '' ? `the argument ${detail}` : detail,
  }));
  const summary = what === undefined ? `The options of ${maker}() are` : `The ${what} is`;
  throw new EngineError('invalid', `${summary} not valid.`, faults);
}
