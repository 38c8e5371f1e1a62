import { z } from 'zod';
import { FINGERPRINT } from '../../core/model/run.ts';

/** The fingerprint of a failed run. */
export const fingerprintParameter = z
  .string()
  .regex(
    FINGERPRINT,
    'must be the fingerprint of a failed run: 16 hexadecimal digits, such as 0f1e2d3c4b5a6978',
  );
