import { EngineError } from '../model/errors.ts';
import type { Rule } from './rule.ts';
import { missing } from './shape.ts';

/** Throws an `EngineError` of code `invalid` for options of the function `maker` that its rules refuse. */
export function checkOptions(maker: string, rules: Rule, options: unknown): void {
  const found = options === undefined ? missing(rules) : rules.faults(options);
  if (found.length === 0) return;
  const faults = found.map(({ pointer, detail }) => ({
    pointer,
    detail: pointer === '' ? `the argument ${detail}` : detail,
  }));
  throw new EngineError('invalid', `The options of ${maker}() are not valid.`, faults);
}
