/** The pattern of job ids (P1, identity). */
export const JOB_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The pattern in words, for the detail of a fault. */
export const JOB_ID_RULE =
  'must have 1 to 128 letters, digits, ".", "_" or "-", and begin with a letter or a digit, such as nightly-cleanup';

/** The ids that begin with `prefix`, as a range in the order of bytes. */
export function idRange(prefix: string): { readonly from: string; readonly below: string } {
  const last = prefix.length - 1;
  // An id has only ASCII characters, and so each has a next one.
  return { from: prefix, below: prefix.slice(0, last) + String.fromCharCode(prefix.charCodeAt(last) + 1) };
}
