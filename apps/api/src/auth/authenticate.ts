import type { Principal } from '../principal.ts';
import type { AccessTokens } from './access-token.ts';
import type { ApiTokens } from './api-tokens.ts';
import { shareLookUps } from './share-look-ups.ts';
import type { Users } from './users.ts';

export interface AuthenticateDeps {
  readonly accessTokens: AccessTokens;
  readonly apiTokens: ApiTokens;
  readonly users: Users;
}

/** Who a bearer token stands for, as of now; undefined for a token that is forged, expired or revoked. */
export type Authenticate = (token: string) => Promise<Principal | undefined>;

/** Knows API tokens (`gv_…`) from access tokens by their prefix. Roles are read from the database for each request, after it came. */
export function createAuthenticate({ accessTokens, apiTokens, users }: AuthenticateDeps): Authenticate {
  return shareLookUps(async (token) => {
    if (token.startsWith('gv_')) {
      const found = await apiTokens.find(token);
      return found && { id: found.id, name: found.name, role: found.role, kind: 'api_token' };
    }
    const userId = await accessTokens.verify(token);
    const user = userId === undefined ? undefined : await users.get(userId);
    return user && { id: user.id, name: user.email, role: user.role, kind: 'user' };
  });
}
