import { z } from 'zod';
import { weaknessOf } from './weak-secret.ts';

const LEAST_LENGTH = 32;

/** The variables that hold keys. */
export const secretVariables = {
  JWT_SECRET: z
    .string()
    .min(
      LEAST_LENGTH,
      `is too short: at least ${LEAST_LENGTH} characters. Make one with: openssl rand -base64 48`,
    )
    .optional(),
  SECRETS_KEY: z
    .string()
    .default('')
    .transform(keysIn)
    .refine(
      (keys) => keys.every((key) => key.length >= LEAST_LENGTH),
      `is too short: at least ${LEAST_LENGTH} characters, or several such keys separated by commas. Make one with: openssl rand -base64 32`,
    ),
};

type Variables = Readonly<Record<string, string | undefined>>;

/** What production refuses about secrets, one line each; the lines show no secret. */
export function secretFaults(set: Variables): string[] {
  if (set.NODE_ENV !== 'production') return [];
  return [...missing(set), ...weak('JWT_SECRET', [set.JWT_SECRET ?? ''], 48), ...weakKeys(set)];
}

function missing({ JWT_SECRET, DATABASE_URL, SECRETS_KEY }: Variables): string[] {
  if (JWT_SECRET !== undefined || (DATABASE_URL !== undefined && SECRETS_KEY !== undefined)) return [];
  const instead =
    DATABASE_URL === undefined
      ? ''
      : '. Or set SECRETS_KEY (openssl rand -base64 32) on every node: GreenVue then makes the secret and seals it in PostgreSQL';
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

/** A shorter one is refused in every environment, for its length. */
function weak(name: string, secrets: readonly string[], bytes: number): string[] {
  return secrets
    .filter((secret) => secret.length >= LEAST_LENGTH)
    .flatMap((secret) => {
      const weakness = weaknessOf(secret);
      const line = `${name} ${weakness}, so it can be guessed: make a random one with: openssl rand -base64 ${bytes}`;
      return weakness === undefined ? [] : [line];
    });
}
