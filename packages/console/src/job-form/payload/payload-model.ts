import type { Json, Value } from './json-value.ts';

/** The annotations that every part of a schema can have. */
export interface Annotations {
  readonly title: string | undefined;
  readonly help: string | undefined;
  /** Whether `null` is also valid. */
  readonly isNullable: boolean;
  /** The server's default for an absent value. */
  readonly fallback: Json | undefined;
}

export interface TextField extends Annotations {
  readonly kind: 'text';
  readonly format: string | undefined;
  readonly pattern: string | undefined;
  readonly minLength: number | undefined;
  readonly maxLength: number | undefined;
  /** Whether the text may have several lines. */
  readonly isLong: boolean;
  /** A secret: it is not shown, and may be the name of a stored secret. */
  readonly isSecret?: true;
}

export interface NumberField extends Annotations {
  readonly kind: 'number';
  readonly isWhole: boolean;
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly above: number | undefined;
  readonly below: number | undefined;
  readonly step: number | undefined;
}

export interface YesNoField extends Annotations {
  readonly kind: 'yes_no';
}

export interface ChoiceField extends Annotations {
  readonly kind: 'choice';
  readonly values: readonly Scalar[];
}

/** A single possible value. */
export interface FixedField extends Annotations {
  readonly kind: 'fixed';
  readonly value: Json;
}

export interface ObjectField extends Annotations {
  readonly kind: 'object';
  readonly members: readonly Member[];
}

export interface ListField extends Annotations {
  readonly kind: 'list';
  readonly item: Field;
  readonly minItems: number | undefined;
  readonly maxItems: number | undefined;
}

/** A part that no form can show; it is edited as JSON. */
export interface JsonField extends Annotations {
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

/** A field without a schema. */
export const UNKNOWN_FIELD: JsonField = {
  kind: 'json',
  title: undefined,
  help: undefined,
  isNullable: false,
  fallback: undefined,
};

/**
 * The initial value of a field: its default, its only possible value, or an empty object or list if it is
 * required. Otherwise absent.
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
