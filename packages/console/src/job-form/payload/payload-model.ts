import type { Json, Value } from './json-value.ts';

/** What the schema says of any part. */
export interface About {
  readonly title: string | undefined;
  readonly help: string | undefined;
  /** `null` is a value, too. */
  readonly isNullable: boolean;
  /** What the server takes for an absent one. */
  readonly fallback: Json | undefined;
}

export interface TextField extends About {
  readonly kind: 'text';
  readonly format: string | undefined;
  readonly pattern: string | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  /** May well have several lines. */
  readonly isLong: boolean;
}

export interface NumberField extends About {
  readonly kind: 'number';
  readonly isWhole: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly above: number | undefined;
  readonly below: number | undefined;
  readonly step: number | undefined;
}

export interface YesNoField extends About {
  readonly kind: 'yes_no';
}

export interface ChoiceField extends About {
  readonly kind: 'choice';
  readonly values: readonly Scalar[];
}

/** Always the same value. */
export interface FixedField extends About {
  readonly kind: 'fixed';
  readonly value: Json;
}

export interface ObjectField extends About {
  readonly kind: 'object';
  readonly members: readonly Member[];
}

export interface ListField extends About {
  readonly kind: 'list';
  readonly item: Field;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
}

/** What no form can be made for: it is written as JSON. */
export interface JsonField extends About {
  readonly kind: 'json';
}

export type Field =
  | TextField
  | NumberField
  | YesNoField
  | ChoiceField
  | FixedField
  | ObjectField
  | ListField
  | JsonField;

export interface Member {
  readonly key: string;
  readonly field: Field;
  readonly isRequired: boolean;
}

export type Scalar = null | boolean | number | string;

/** Nothing is known of it. */
export const UNKNOWN_FIELD: JsonField = {
  kind: 'json',
  title: undefined,
  help: undefined,
  isNullable: false,
  fallback: undefined,
};

/**
 * What a part begins with: its default; what there is no choice about; or, of an object or list that must be
 * there, an empty one. Absent is what somebody has to say, or may leave out.
 */
export function initialValue(field: Field, isRequired: boolean): Value | undefined {
  if (field.fallback !== undefined) return field.fallback;
  if (!isRequired) return undefined;
  if (field.isNullable) return null;
  switch (field.kind) {
    case 'fixed':
      return field.value;
    case 'list':
      return [];
    case 'object':
      return Object.fromEntries(
        field.members.flatMap(({ key, field: inner, isRequired: isNeeded }) => {
          const value = initialValue(inner, isNeeded);
          return value === undefined ? [] : [[key, value] as const];
        }),
      );
    case 'text':
    case 'number':
    case 'yes_no':
    case 'choice':
    case 'json':
      return undefined;
    default:
      return field satisfies never;
  }
}
