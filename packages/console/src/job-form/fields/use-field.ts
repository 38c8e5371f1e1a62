import { createContext, useContext } from 'react';
import { FIELD_LABELS } from '../labels/field-labels.ts';
import { sentence } from '../labels/field-words.ts';
import { fieldId } from '../payload/pointer.ts';

/** The error of each field, by pointer. */
export const FaultsContext = createContext<ReadonlyMap<string, string>>(new Map());

/** The id, label and error that an input takes for the field of a pointer. */
export function useField(pointer: string) {
  return { id: fieldId(pointer), label: FIELD_LABELS[pointer], error: useFault(pointer) };
}

/** The error of a field, as a sentence. */
export function useFault(pointer: string): string | undefined {
  const detail = useContext(FaultsContext).get(pointer);
  return detail === undefined ? undefined : sentence(detail);
}

/** For inputs with code instead of prose. */
export const CODE_INPUT = { autoComplete: 'off', autoCapitalize: 'off', spellCheck: false } as const;
