import { createContext } from 'react';
import { useRequired } from '../../ui/required-context.ts';
import type { Value } from '../payload/json-value.ts';
import type { Path } from '../payload/pointer.ts';

/** Sets a part of the payload; undefined removes it. The path starts at the request body. */
export type ChangePayload = (path: Path, value: Value | undefined) => void;

export const PayloadContext = createContext<ChangePayload | undefined>(undefined);

export function useChangePayload(): ChangePayload {
  return useRequired(PayloadContext, 'PayloadContext');
}
