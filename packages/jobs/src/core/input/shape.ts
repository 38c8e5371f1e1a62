import { jsonPointer } from '../json-pointer.ts';
import { isRecord } from '../objects.ts';
import { lettersOf } from './closest-name.ts';
import { type Fault, MOST_FAULTS, NO_FAULTS } from './fault.ts';
import { anyOf } from './names-elsewhere.ts';
import { type RequiredRule, type Rule, rule } from './rule.ts';
import { unknownField } from './unknown-field.ts';

/** A rule for each field of an input. The compiler asks for a row for each field. */
export type FieldRules<T> = {
  readonly [Field in keyof T]-?: Record<never, never> extends Pick<T, Field> ? Rule : RequiredRule;
};

const LONGEST_KEY = 100;

/**
 * The rule of an object with these fields and no others. An instance of a class may have others, which count
 * as its own affair.
 */
export function shape<T>(what: string, fields: FieldRules<T>): Rule & { readonly fields: FieldRules<T> } {
  const rows = Object.entries<Rule>(fields);
  const known = new Set(rows.map(([name]) => name));
  const wrong = rule(() => false, { what });
  return {
    what,
    fields,
    faults: (value) => {
      if (!isRecord(value) || Array.isArray(value)) return wrong.faults(value);
      const faults: Fault[] = [];
      for (const [name, of] of rows) {
        const given = value[name];
        const own = given === undefined ? missing(of) : of.faults(given);
        if (own.length > 0) faults.push(...own.map((fault) => below(name, fault)));
      }
      if (isPlain(value))
        for (const key in value)
          if (!known.has(key) && value[key] !== undefined && faults.length < MOST_FAULTS)
            faults.push(below(key.slice(0, LONGEST_KEY), { pointer: '', detail: unknownFieldOf(key, rows) }));
      return faults.length === 0 ? NO_FAULTS : faults.slice(0, MOST_FAULTS);
    },
  };
}

/** The rule of an array, each of whose items follows `of`. */
export function listOf(what: string, of: Rule): Rule {
  const wrong = rule(() => false, { what });
  return {
    what,
    faults: (value) => {
      if (!Array.isArray(value)) return wrong.faults(value);
      const faults = value.flatMap((item: unknown, n) =>
        of.faults(item).map((fault) => below(String(n), fault)),
      );
      return faults.length === 0 ? NO_FAULTS : faults.slice(0, MOST_FAULTS);
    },
  };
}

/** The rule of an object whose keys follow `key`, and whose values follow `of`. */
export function recordOf(what: string, { key, of }: { readonly key: Rule; readonly of: Rule }): Rule {
  const wrong = rule(() => false, { what });
  return {
    what,
    faults: (value) => {
      if (!isRecord(value) || Array.isArray(value)) return wrong.faults(value);
      const faults = Object.entries(value).flatMap(([name, one]) =>
        [...key.faults(name), ...of.faults(one)].map((fault) => below(name.slice(0, LONGEST_KEY), fault)),
      );
      return faults.length === 0 ? NO_FAULTS : faults.slice(0, MOST_FAULTS);
    },
  };
}

/** The faults of an input, with pointers below `at`. */
export function below(name: string, { pointer, detail }: Fault): Fault {
  return { pointer: `${jsonPointer([name])}${pointer}`, detail };
}

/** The fault of a field that is not there, if it must be. */
export function missing({ isRequired, what }: Rule): readonly Fault[] {
  return isRequired ? [{ pointer: '', detail: `is required: ${what}` }] : NO_FAULTS;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function unknownFieldOf(key: string, rows: readonly (readonly [string, Rule])[]): string {
  const offered = rows.filter(([, { isUnlisted }]) => isUnlisted !== true).map(([name]) => name);
  return unknownField(key, offered, namedElsewhere(key, rows));
}

/** The fields that have this name in another library: `every` means `interval`. */
function namedElsewhere(key: string, rows: readonly (readonly [string, Rule])[]): string | undefined {
  const letters = lettersOf(key.slice(0, LONGEST_KEY));
  const named = rows.filter(([, { otherNames = [] }]) =>
    otherNames.some((other) => lettersOf(other) === letters),
  );
  return anyOf(named.map(([name]) => name));
}
