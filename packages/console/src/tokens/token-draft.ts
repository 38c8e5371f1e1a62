import type { JobPolicy, MakeToken, Role } from '@greenvue/accounts';

/** The form of a new token. */
export interface TokenDraft {
  readonly name: string;
  readonly role: Role;
  readonly days: number;
  readonly minInterval: string;
  readonly maxJobs: string;
  /** An empty list allows all types. */
  readonly types: readonly string[];
  /** Separated by commas. An empty text allows all tags. */
  readonly tags: string;
}

export const LIFETIMES = [
  { days: 7, label: '7 days' },
  { days: 30, label: '30 days' },
  { days: 90, label: '90 days' },
  { days: 365, label: '1 year' },
  { days: 730, label: '2 years' },
] as const;

const DAY_MS = 86_400_000;

export const NEW_TOKEN: TokenDraft = {
  name: '',
  role: 'operator',
  days: 90,
  minInterval: '',
  maxJobs: '',
  types: [],
  tags: '',
};

/** The request that creates the token. `now`: the server's time in ms. */
export function bodyOf(draft: TokenDraft, now: number): MakeToken {
  const policy = policyOf(draft);
  return {
    name: draft.name.trim(),
    role: draft.role,
    expires_at: new Date(now + draft.days * DAY_MS).toISOString(),
    ...(Object.keys(policy).length === 0 ? {} : { policy }),
  };
}

function policyOf({ minInterval, maxJobs, types, tags }: TokenDraft): JobPolicy {
  const wanted = tags.split(',').flatMap((tag) => tag.trim() || []);
  return {
    ...(minInterval.trim() === '' ? {} : { min_interval: minInterval.trim() }),
    ...(maxJobs.trim() === '' ? {} : { max_jobs: Number(maxJobs) }),
    ...(types.length === 0 ? {} : { types }),
    ...(wanted.length === 0 ? {} : { tags: wanted }),
  };
}

/** What is wrong before the server is asked; undefined if nothing is. */
export function maxJobsFault(maxJobs: string): string | undefined {
  return /^\s*\d{0,9}\s*$/.test(maxJobs) ? undefined : 'Must be a number, such as 20.';
}
