/** The pattern of job ids (P1, identity). */
export const JOB_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** The pattern in words, for the detail of a fault. */
export const JOB_ID_RULE =
  'must have 1 to 128 letters, digits, ".", "_" or "-", and begin with a letter or a digit, such as nightly-cleanup';
