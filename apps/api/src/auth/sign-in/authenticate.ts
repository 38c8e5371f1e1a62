import type { Principal } from '../../rest/principal.ts';
import type { SessionList } from '../sessions/session-list.ts';
import type { ApiTokens } from '../tokens/api-tokens.ts';
import { policyIn, policyOf } from '../tokens/job-policy.ts';
import type { AccessTokens } from './access-token.ts';
import { shareLookUps } from './coalesced-look-ups.ts';

export interface AuthenticateDeps {
  readonly accessTokens: AccessTokens;
  readonly apiTokens: ApiTokens;
  readonly sessionList: SessionList;
}

/**
 * Who a bearer token stands for, as of now; undefined when it is forged, expired or revoked, its session
 * ended or its account disabled.
 */
export type Authenticate = (token: string) => Promise<Principal | undefined>;

/**
 * Knows API tokens (`gv_…`) from access tokens by their prefix. Each request reads the role from the
 * database, for an API token with its maker's, in one query.
 */
export function createAuthenticate({ accessTokens, apiTokens, sessionList }: AuthenticateDeps): Authenticate {
  return shareLookUps(async (token) => {
    if (token.startsWith('gv_')) {
      const found = await apiTokens.find(token);
      if (found === undefined) return undefined;
      const { id, name, effectiveRole: role } = found;
      const policy = policyIn(found.policy);
      return {
        id,
        name,
        role,
        kind: 'api_token',
        ...(policy === undefined ? {} : { policy: policyOf(policy) }),
      };
    }
    const claims = await accessTokens.verify(token);
    const user = claims && (await sessionList.userOf(claims.sessionId));
    if (user?.id !== claims?.userId || user === undefined || user.disabled_at !== null) return undefined;
    return {
      id: user.id,
      name: user.email,
      role: user.role,
      kind: 'user',
      sessionId: user.session_id,
      mustChangePassword: user.must_change_password === 1,
    };
  });
}
