import { z } from 'zod';
import { weaknessOf } from './weak-secret.ts';

const LEAST_LENGTH = 32;

/** The variables that hold keys. */
export const secretVariables = {
  JWT_SECRET: z
    .string()
    .min(
      LEAST_LENGTH,
      `is too short: it must have at least ${LEAST_LENGTH} characters. Make one with: openssl rand -base64 48`,
    )
    .optional(),
  SECRETS_KEY: z
    .string()
    .default('')
    .transform(keysIn)
    .refine(
      (keys) => keys.every((key) => key.length >= LEAST_LENGTH),
      `is too short: each key must have at least ${LEAST_LENGTH} characters; separate several keys with commas. Make one with: openssl rand -base64 32`,
    ),
};

type Variables = Readonly<Record<string, string | undefined>>;

/** The faults of secrets that production refuses, one line each, without the secrets. */
export function secretFaults(set: Variables): string[] {
  if (set.NODE_ENV !== 'production') return [];
  return [...missing(set), ...weak('JWT_SECRET', [set.JWT_SECRET ?? ''], 48), ...weakKeys(set)];
}

function missing({ JWT_SECRET, DATABASE_URL, SECRETS_KEY }: Variables): string[] {
  if (JWT_SECRET !== undefined || (DATABASE_URL !== undefined && SECRETS_KEY !== undefined)) return [];
  const instead =
    DATABASE_URL === undefined
      ? ''
      : '. Or set SECRETS_KEY (openssl rand -base64 32) on every node: GreenVue then generates the secret and stores it encrypted in PostgreSQL';
  return [`JWT_SECRET is not set: production needs one. Make it with: openssl rand -base64 48${instead}`];
}

function weakKeys({ SECRETS_KEY = '' }: Variables): string[] {
  return weak('SECRETS_KEY', keysIn(SECRETS_KEY), 32);
}

function keysIn(text: string): readonly string[] {
  return text
    .split(',')
    .map((key) => key.trim())
    .filter(Boolean);
}

/** Shorter secrets are refused in every environment, so they are left out here. */
function weak(name: string, secrets: readonly string[], bytes: number): string[] {
  return secrets
    .filter((secret) => secret.length >= LEAST_LENGTH)
    .flatMap((secret) => {
      const weakness = weaknessOf(secret);
      const line = `${name} ${weakness}, so it can be guessed. Make a random one with: openssl rand -base64 ${bytes}`;
      return weakness === undefined ? [] : [line];
    });
}
