import { parseWholeMs } from '@greenvue/jobs';

/** Whether both are the same duration, such as `60m` and `1h`. */
export function sameDuration(a: unknown, b: unknown): boolean {
  const [first, second] = [msOf(a), msOf(b)];
  return first !== undefined && first === second;
}

/** Whether both are the same instant, regardless of their offsets. */
export function sameInstant(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  return Date.parse(a) === Date.parse(b);
}

function msOf(text: unknown): number | undefined {
  if (typeof text !== 'string') return undefined;
  const ms = parseWholeMs(text);
  return ms.ok ? ms.value : undefined;
}
