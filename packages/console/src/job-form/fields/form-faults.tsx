import { createContext, useContext } from 'react';
import { sentence } from './field-words.ts';

/** The error of each field, by pointer. */
export const FaultsContext = createContext<ReadonlyMap<string, string>>(new Map());

/** The error of a field, as a sentence. */
export function useFault(pointer: string): string | undefined {
  const detail = useContext(FaultsContext).get(pointer);
  return detail === undefined ? undefined : sentence(detail);
}
