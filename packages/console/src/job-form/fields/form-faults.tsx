import { createContext, useContext } from 'react';
import { sentence } from './field-words.ts';

/** What is wrong with each field, by pointer. */
export const FaultsContext = createContext<ReadonlyMap<string, string>>(new Map());

/** What is wrong with a field, as the sentence below it. */
export function useFault(pointer: string): string | undefined {
  const detail = useContext(FaultsContext).get(pointer);
  return detail === undefined ? undefined : sentence(detail);
}
