import type { Principal } from '../principal.ts';
import type { AccessTokens } from './access-token.ts';
import type { ApiTokens } from './api-tokens.ts';
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
  return sharing(async (token) => {
    if (token.startsWith('gv_')) {
      const found = await apiTokens.find(token);
      return found && { id: found.id, name: found.name, role: found.role, kind: 'api_token' };
    }
    const userId = await accessTokens.verify(token);
    const user = userId === undefined ? undefined : await users.get(userId);
    return user && { id: user.id, name: user.email, role: user.role, kind: 'user' };
  });
}

interface LookUp {
  readonly current: Promise<Principal | undefined>;
  /** For those who have asked since it began. */
  next: Promise<Principal | undefined> | undefined;
}

/** Of many requests with the same token, those that come during a look-up share the next one: no answer is older than its request. */
function sharing(lookUp: Authenticate): Authenticate {
  const underWay = new Map<string, LookUp>();
  const begin: Authenticate = (token) => {
    const one: LookUp = { current: lookUp(token), next: undefined };
    underWay.set(token, one);
    const end = () => {
      if (one.next === undefined) underWay.delete(token);
    };
    one.current.then(end, end);
    return one.current;
  };
  return (token) => {
    const one = underWay.get(token);
    if (one === undefined) return begin(token);
    one.next ??= one.current.catch(() => undefined).then(() => begin(token));
    return one.next;
  };
}
