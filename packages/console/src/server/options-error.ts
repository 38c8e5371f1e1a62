/** What is wrong with an option: a JSON pointer such as `/signInUrl`, and what would be right. */
export interface OptionFault {
  readonly pointer: string;
  readonly detail: string;
}

const SUMMARY = 'The options of the console are not valid.';

/**
 * Options of a console that are not valid. It has the name and the fields of an `EngineError` of
 * `@greenvue/jobs`, so that both are handled alike; the console does not need that package.
 */
export class OptionsError extends Error {
  override readonly name = 'EngineError';
  readonly code = 'invalid';
  readonly summary = SUMMARY;
  readonly faults: readonly OptionFault[];
  constructor(faults: readonly OptionFault[]) {
    super(`${SUMMARY} ${faults.map(({ pointer, detail }) => `${pointer.slice(1)}: ${detail}`).join('; ')}`);
    this.faults = faults;
  }
}
