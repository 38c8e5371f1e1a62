import { text } from '@greenvue/jobs/http';
import { z } from 'zod';
import type { UserRow } from '../db/schema.ts';
import { COMMON_PASSWORD, isCommonPassword } from './passwords/common-password.ts';
import type { ApiToken } from './tokens/api-tokens.ts';
import { policyIn, policySchema } from './tokens/job-policy.ts';

export const roleSchema = z.enum(['user', 'operator', 'admin']);

export const emailSchema = z
  .email('must be an e-mail address, such as ann@example.com')
  .max(254)
  .toLowerCase();

export const passwordSchema = text({ min: 10, max: 200 }).refine(
  (password) => !isCommonPassword(password),
  COMMON_PASSWORD,
);

// Characters that people don't see and that turn or part what they see, such as U+200B and U+2066.
const INVISIBLE = /[[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]--[\u200c\u200d]]/v;
// U+200C and U+200D belong between letters of some scripts, and between emoji.
const STRAY_JOINER =
  /(?<![[\p{L}\p{M}\p{Extended_Pictographic}\p{Emoji_Modifier}]--\p{Script=Latin}])[\u200c\u200d]|[\u200c\u200d](?![[\p{L}\p{M}\p{Extended_Pictographic}]--\p{Script=Latin}])/v;

/** Letters of any kind, but no control or invisible characters: it is shown in mails. */
export const nameSchema = text({ min: 1, max: 100 })
  .trim()
  .min(1)
  .refine(
    (value) => !INVISIBLE.test(value) && !STRAY_JOINER.test(value),
    'must not contain control or invisible characters; write it like `Ann Smith`',
  );

// Where a mail program or a browser makes a link: a scheme, `www.`, an address, or a dot between letters.
// A browser takes U+3002 for a dot.
const LINK = /:\/\/|www[.。]|@|[\p{L}\p{N}][.。]\p{L}{2}/iu;

/** A person's name is shown in mails, where a stranger's text must not become a link. */
export const personNameSchema = nameSchema.refine(
  (value) => !LINK.test(value.normalize('NFKC')),
  'must not contain a link, an address or a domain name; write it like `Ann Smith` or `A. Smith`',
);

export const idSchema = text({ min: 1, max: 64 });

export const timeSchema = z.iso.datetime();

export const MUST_CHANGE =
  'While true, the account can only change its password: all other routes respond with 403';

export const userSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role: roleSchema,
    disabled: z.boolean().describe('While true, the account cannot sign in and has no sessions'),
    must_change_password: z.boolean().describe(MUST_CHANGE),
    email_confirmed: z.boolean().describe('While false, the address gets only the confirmation mail'),
    created_at: timeSchema,
    last_seen_at: timeSchema
      .nullable()
      .describe('The last sign-in or refresh: at most 15 minutes before the last request. null: never'),
  })
  .meta({ id: 'User' });

export function userView(user: UserRow): z.input<typeof userSchema> {
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    role: user.role,
    disabled: user.disabled_at !== null,
    must_change_password: user.must_change_password === 1,
    email_confirmed: user.email_confirmed_at !== null,
    created_at: timeOf(user.created_at),
    last_seen_at: user.last_seen_at === null ? null : timeOf(user.last_seen_at),
  };
}

export const apiTokenSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    role: roleSchema,
    effective_role: roleSchema
      .nullable()
      .describe(
        "What the token may do now: the lower of its role and its creator's. null: the token is expired or revoked, or its creator is disabled, deleted or must change the password",
      ),
    policy: policySchema.nullable().describe('Limits on the jobs that it may make or change; null: none'),
    created_by: z.string().describe('Creator: user:<id>, token:<id> or cli'),
    created_at: timeSchema,
    expires_at: timeSchema,
    last_used_at: timeSchema.nullable().describe('Accurate to the minute'),
    revoked_at: timeSchema.nullable(),
  })
  .meta({ id: 'ApiToken' });

export function apiTokenView(token: ApiToken): z.input<typeof apiTokenSchema> {
  return {
    id: token.id,
    name: token.name,
    role: token.role,
    effective_role: token.effectiveRole ?? null,
    policy: policyIn(token.policy) ?? null,
    created_by: token.created_by,
    created_at: timeOf(token.created_at),
    expires_at: timeOf(token.expires_at),
    last_used_at: token.last_used_at === null ? null : timeOf(token.last_used_at),
    revoked_at: token.revoked_at === null ? null : timeOf(token.revoked_at),
  };
}

/** RFC 3339, in UTC, with milliseconds. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
