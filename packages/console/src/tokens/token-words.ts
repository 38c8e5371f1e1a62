import type { ApiToken, JobPolicy } from '@greenvue/accounts';

/** The bounds of a policy, each in words; empty without a policy. */
export function policyWords(policy: JobPolicy | null): readonly string[] {
  const { min_interval: minInterval, max_jobs: maxJobs, types, tags } = policy ?? {};
  return [
    ...(minInterval === undefined ? [] : [`no job more often than every ${minInterval}`]),
    ...(maxJobs === undefined ? [] : [maxJobs === 1 ? 'at most 1 job' : `at most ${maxJobs} jobs`]),
    ...(types === undefined ? [] : [`types: ${types.join(', ') || 'none'}`]),
    ...(tags === undefined ? [] : [`tags: ${tags.join(', ') || 'none'}`]),
  ];
}

/** Whether a token works, or why it does not. `now`: in ms. */
export function tokenState(
  {
    revoked_at: revokedAt,
    expires_at: expiresAt,
    effective_role: role,
  }: Pick<ApiToken, 'revoked_at' | 'expires_at' | 'effective_role'>,
  now: number,
): 'works' | 'revoked' | 'expired' | 'owner cannot sign in' {
  if (revokedAt !== null) return 'revoked';
  if (Date.parse(expiresAt) <= now) return 'expired';
  return role === null ? 'owner cannot sign in' : 'works';
}
