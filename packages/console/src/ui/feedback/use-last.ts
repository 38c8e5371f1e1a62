import { useState } from 'react';

/**
 * The last value that was not undefined: a dialog shows it while it closes. Not for an object that the caller
 * makes in each render.
 */
export function useLast<Value>(value: Value | undefined): Value | undefined {
  const [last, setLast] = useState(value);
  if (value !== undefined && value !== last) setLast(value);
  return value ?? last;
}
