import { z } from 'zod';
import type { ResealResult, SecretInfo } from '../../engine/ports/secrets-port.ts';
import { instantJson, instantSchema } from '../fields/instant.ts';
import { text } from '../fields/text.ts';

/** A stored secret, without its value. */
export const secretSchema = z.object({
  name: z.string(),
  created_by: z.string().nullable(),
  created_at: instantSchema,
  updated_by: z.string().nullable(),
  updated_at: instantSchema,
  jobs: z.array(z.string()).describe('Ids of the jobs whose payload refers to it'),
});

export const secretsSchema = z.object({ data: z.array(secretSchema) });

/** The result of PUT /secrets/:name. */
export const savedSecretSchema = z.object({ name: z.string(), created: z.boolean() });

/** The body of PUT /secrets/:name. */
export const secretBody = z.strictObject({
  value: text({ min: 1, max: 16_384 }).describe('At most 16 KiB. No response ever contains it'),
});

export const secretParams = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
      'must be the name of a secret: 1 to 128 letters, digits, "_", "." or "-", such as STRIPE_KEY',
    ),
});

/** A table, and the key of a row of it. */
const RESEAL_CURSOR =
  /^(?:(?:jobs|live_runs|runs):(?:\d{1,15})?|job_versions:(?:\d{1,15}\/\d{1,9})?|(?:secrets|alert_channels):.*)$/;

/** The body of POST /secrets/reseal. */
export const resealBody = z.strictObject({
  cursor: text({ min: 1, max: 200 })
    .regex(RESEAL_CURSOR, 'must be the next_cursor of the response before')
    .optional()
    .describe('next_cursor of the response before'),
});

/** The result of POST /secrets/reseal. */
export const resealSchema = z.object({
  resealed: z.int().describe('How many values were sealed with the newest key'),
  unreadable: z
    .array(z.object({ key: z.string().nullable(), count: z.int() }))
    .describe(
      'Values that no key opens, by the id of the key that sealed them; null: they were changed by hand',
    ),
  next_cursor: z.string().nullable().describe('Repeat the request with it; null when all is done'),
});

export type SecretJson = z.output<typeof secretSchema>;
export type SavedSecretJson = z.output<typeof savedSecretSchema>;
export type ResealJson = z.output<typeof resealSchema>;

export function secretJson(secret: SecretInfo): SecretJson {
  return {
    name: secret.name,
    created_by: secret.createdBy ?? null,
    created_at: instantJson(secret.createdAt),
    updated_by: secret.updatedBy ?? null,
    updated_at: instantJson(secret.updatedAt),
    jobs: [...secret.jobIds],
  };
}

export function resealJson({ resealed, unreadable, next }: ResealResult): ResealJson {
  return {
    resealed,
    unreadable: unreadable.map(({ keyId, count }) => ({ key: keyId ?? null, count })),
    next_cursor: next ?? null,
  };
}
