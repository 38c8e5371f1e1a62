import { isRecord } from '../objects.ts';
import { type Fault, NO_FAULTS } from './fault.ts';
import { shownValue } from './shown-value.ts';
import { textFault } from './well-formed-text.ts';

/** What an input or a field of it takes. Tables of rules describe each input of the library. */
export interface Rule {
  /** Completes "must be …", with an example: `a duration as text, such as "5m"`. */
  readonly what: string;
  /** The faults of a value other than undefined, with pointers into it; {@link NO_FAULTS} if it is valid. */
  faults(value: unknown): readonly Fault[];
  readonly isRequired?: true;
  /** What people call it elsewhere; an error then gives the right name. */
  readonly otherNames?: readonly string[];
  /** Errors do not offer it: only routes and adapters of this package give it. */
  readonly isUnlisted?: true;
}

/** A rule of a field that must be there. */
export type RequiredRule = Rule & { readonly isRequired: true };

interface RuleWords {
  readonly what: string;
  /** What else to do about a refused value. */
  readonly hint?: (value: unknown) => string | undefined;
}

/** A rule by a predicate. */
export function rule(accepts: (value: unknown) => boolean, { what, hint }: RuleWords): Rule {
  return {
    what,
    faults: (value) => {
      if (accepts(value)) return NO_FAULTS;
      const advice = hint?.(value);
      const detail = `must be ${what}; got ${shownValue(value)}${advice === undefined ? '' : `. ${advice}`}`;
      return [{ pointer: '', detail }];
    },
  };
}

export function required(of: Rule): RequiredRule {
  return { ...of, isRequired: true };
}

/** A field that may also be null, as in a merge patch. */
export function nullable({ isRequired: _isRequired, ...of }: Rule): Rule {
  return { ...of, faults: (value) => (value === null ? NO_FAULTS : of.faults(value)) };
}

export function alsoNamed(of: Rule, ...otherNames: readonly string[]): Rule {
  return { ...of, otherNames };
}

export function unlisted(of: Rule): Rule {
  return { ...of, isUnlisted: true };
}

/** Text within bounds of its length that every database can store. */
export function text(bounds: { readonly min?: number; readonly max: number; readonly like?: string }): Rule {
  const { min = 0, max, like } = bounds;
  const example = like === undefined ? '' : `, such as "${like}"`;
  const wrong = rule(() => false, {
    what: `text of ${min === 0 ? 'at most' : `${min} to`} ${max} characters${example}`,
  });
  return {
    what: wrong.what,
    faults: (value) => {
      if (typeof value !== 'string' || value.length < min || value.length > max) return wrong.faults(value);
      const detail = textFault(value);
      return detail === undefined ? NO_FAULTS : [{ pointer: '', detail }];
    },
  };
}

const TEXT_OF_A_TIME = text({ min: 1, max: 64 });
const TEXT_OF_A_DURATION = text({ min: 1, max: 100 });

/** A Go duration as text. The schedule and the retries check the rest. */
export const duration: Rule = rule((value) => TEXT_OF_A_DURATION.faults(value) === NO_FAULTS, {
  what: 'a duration as text, such as "5m", "1h30m" or "24h"',
  hint: (value) => (typeof value === 'number' ? hintForNumber(value) : undefined),
});

/** A small number most likely means seconds: no interval or timeout is below one second. */
function hintForNumber(value: number): string {
  return value < 1_000
    ? `For ${value} seconds, write "${value}s"`
    : `For ${value} milliseconds, write "${value}ms"`;
}

/** A time as code writes it. The schedule and the commands read text. */
export const time: Rule = rule((value) => TEXT_OF_A_TIME.faults(value) === NO_FAULTS || isInstant(value), {
  what: 'a time: text such as "2030-01-31T09:00:00Z" (RFC 3339), a Date, or a Temporal.Instant',
});

function isInstant(value: unknown): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime());
  return isRecord(value) && Number.isFinite(value.epochMilliseconds);
}

export const flag: Rule = rule((value) => typeof value === 'boolean', { what: 'true or false' });

interface Bounds {
  readonly min: number;
  readonly max?: number;
}

export function wholeNumber({ min, max = Number.MAX_SAFE_INTEGER }: Bounds, unit = ''): Rule {
  const accepts = (value: unknown) =>
    Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max;
  return rule(accepts, { what: `a whole number${unit}${boundsText({ min, max })}` });
}

export function finiteNumber({ min, max = Number.MAX_VALUE }: Bounds, unit = ''): Rule {
  const accepts = (value: unknown) => typeof value === 'number' && value >= min && value <= max;
  return rule(accepts, { what: `a number${unit}${boundsText({ min, max })}` });
}

function boundsText({ min, max }: Required<Bounds>): string {
  return max >= Number.MAX_SAFE_INTEGER ? `, at least ${min}` : ` from ${min} to ${max}`;
}

export function oneOf(...values: readonly string[]): Rule {
  return rule((value) => typeof value === 'string' && values.includes(value), {
    what: `one of ${values.map((value) => `"${value}"`).join(', ')}`,
  });
}

export function aFunction(what: string): Rule {
  return rule((value) => typeof value === 'function', { what });
}

/** An object (or a function) that has these methods. */
export function having(what: string, ...methods: readonly string[]): Rule {
  return rule(
    (value) =>
      ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
      methods.every((name) => typeof Reflect.get(value, name) === 'function'),
    { what },
  );
}

export const anything: Rule = { what: 'any value', faults: () => NO_FAULTS };
