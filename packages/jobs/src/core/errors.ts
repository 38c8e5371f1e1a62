/** Thrown by a handler for what a retry can't mend: the run fails now, whatever attempts are left (P8). */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
}
