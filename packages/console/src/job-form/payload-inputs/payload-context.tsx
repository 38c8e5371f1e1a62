import { createContext, useContext } from 'react';
import type { Value } from '../payload/json-value.ts';
import type { Path } from '../payload/pointer.ts';

/** Writes a part of the payload; undefined takes it out. The path begins at the body. */
export type ChangePayload = (path: Path, value: Value | undefined) => void;

export const PayloadContext = createContext<ChangePayload | undefined>(undefined);

export function useChangePayload(): ChangePayload {
  const change = useContext(PayloadContext);
  if (change === undefined) throw new Error('There is no PayloadContext above.');
  return change;
}
