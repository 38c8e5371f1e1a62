import { checkOptions } from '../core/input/check-options.ts';
import { finiteNumber, having, type Rule, required } from '../core/input/rule.ts';
import { type FieldRules, shape } from '../core/input/shape.ts';

const LONGEST_MS = 2_147_483_647;

/** The option that all metrics have. */
export const databaseMs: Rule = finiteNumber({ min: 1, max: LONGEST_MS }, ' of ms');

interface MetricArguments {
  readonly jobs: unknown;
  readonly options: object;
}

/** Makes the check of `registerJobMetrics(jobs, options)`. It throws an `EngineError` of code `invalid`. */
export function argumentsCheck<Options>(
  methods: readonly string[],
  options: FieldRules<Options>,
): (given: MetricArguments) => void {
  const rules = required(
    shape<MetricArguments>('an engine and options', {
      jobs: required(having('the engine that createJobs() returned', ...methods)),
      options: required(shape<Options>('options such as { databaseMs: 2000 }', options)),
    }),
  );
  return (given) => checkOptions('registerJobMetrics', rules, given);
}
