/** A label of a job. */
export const TAG = /^[a-z0-9][a-z0-9._:-]{0,62}$/;
export const TAG_RULE =
  'must be 1 to 63 lower-case letters, digits or the signs . _ : - and begin with a letter or digit';
