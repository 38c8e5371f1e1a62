import type { CookieSession, Me } from '@greenvue/accounts';
import {
  isRefused,
  type SessionState,
  type SessionStore,
  StateHolder,
  type TabStorage,
  type Viewer,
} from './session-store.ts';

interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** The session of an account of GreenVue's API, or of one of its API tokens. */
export interface AccountSession extends SessionStore {
  /** Throws the server's error. */
  readonly signIn: (credentials: Credentials) => Promise<void>;
  /** Signs in with an API token (`gv_…`) instead. Throws the server's error. */
  readonly signInWithToken: (token: string) => Promise<void>;
  /** Throws the server's error, and then nobody is signed out: only the server can delete the cookie. */
  readonly signOut: () => Promise<void>;
}

export interface AccountSessionDeps {
  readonly logIn: (credentials: Credentials) => Promise<CookieSession>;
  /** Uses the refresh token in the browser's cookie, and replaces it. */
  readonly refresh: () => Promise<CookieSession>;
  readonly logOut: () => Promise<void>;
  readonly whoHas: (token: string) => Promise<Me>;
  /** For an API token. The refresh token is in a cookie that no script can read. */
  readonly storage: TabStorage;
  /** Runs one call at a time across all tabs. */
  readonly alone: <T>(run: () => Promise<T>) => Promise<T>;
}

/** Another account signed in to this browser, so a request of the page must not be sent again. */
export class OtherAccountError extends Error {
  override readonly name = 'OtherAccountError';
}

export function createAccountSession(deps: AccountSessionDeps): AccountSession {
  return new CookieBackedSession(deps);
}

// Methods are fields, so that callers can pass them on their own.
class CookieBackedSession implements AccountSession {
  readonly #deps: AccountSessionDeps;
  readonly #holder = new StateHolder();
  /** An access token, or an API token. */
  #token: string | undefined;
  #isApiToken = false;
  #renewing: Promise<boolean> | undefined;

  constructor(deps: AccountSessionDeps) {
    this.#deps = deps;
  }

  readonly state = (): SessionState => this.#holder.state();

  readonly subscribe = (listener: () => void): (() => void) => this.#holder.subscribe(listener);

  readonly token = (): string | undefined => this.#token;

  readonly resume = async (): Promise<void> => {
    this.#holder.become({ phase: 'starting' });
    const kept = tokenOf(this.#deps.storage.read());
    try {
      if (kept !== undefined) await this.signInWithToken(kept);
      else this.#adopt(await this.#deps.alone(this.#deps.refresh));
    } catch (error) {
      if (isRefused(error)) this.expire();
      else this.#holder.fail(error);
    }
  };

  readonly signIn = async (credentials: Credentials): Promise<void> => {
    this.#adopt(await this.#deps.logIn(credentials));
  };

  readonly signInWithToken = async (token: string): Promise<void> => {
    const me = await this.#deps.whoHas(token);
    this.#token = token;
    this.#isApiToken = true;
    this.#deps.storage.write(`api:${token}`);
    this.#holder.signedIn(viewerOf(me));
  };

  readonly signOut = async (): Promise<void> => {
    if (!this.#isApiToken) await this.#deps.logOut();
    this.#forget();
    this.#holder.become({ phase: 'signed-out' });
  };

  /** Concurrent calls send one request. */
  readonly renew = (): Promise<boolean> => {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  };

  readonly expire = (): void => {
    this.#forget();
    this.#holder.expire();
  };

  readonly reread = async (): Promise<void> => {
    if (this.#token === undefined || this.state().phase !== 'signed-in') return;
    try {
      const me = await this.#deps.whoHas(this.#token);
      if (this.state().phase === 'signed-in') this.#holder.signedIn(viewerOf(me));
    } catch (error) {
      if (!isRefused(error)) throw error;
      // The token expired meanwhile. The answer with the new one also has the viewer.
      await this.renew();
    }
  };

  async #renew(): Promise<boolean> {
    const refused = this.#token;
    if (this.#isApiToken) {
      this.expire();
      return false;
    }
    const before = this.#accountId();
    try {
      const session = await this.#deps.alone(this.#deps.refresh);
      // The viewer signed out or in meanwhile: a late answer must not replace that.
      if (this.#token !== refused) return this.#token !== undefined;
      this.#adopt(session);
    } catch (error) {
      if (!isRefused(error)) throw error;
      if (this.#token === refused) this.expire();
      return this.#token !== undefined;
    }
    if (before !== undefined && this.#accountId() !== before)
      throw new OtherAccountError('Another account signed in to this browser, so nothing was changed.');
    return true;
  }

  #accountId(): string | undefined {
    const state = this.state();
    return 'viewer' in state ? state.viewer.account?.id : undefined;
  }

  #adopt({ access_token: token, user }: CookieSession): void {
    this.#forget();
    this.#token = token;
    const { id, email, name, role, must_change_password } = user;
    this.#holder.signedIn(viewerOf({ id, kind: 'user', name, email, role, must_change_password }));
  }

  #forget(): void {
    this.#token = undefined;
    this.#isApiToken = false;
    this.#deps.storage.write(undefined);
  }
}

function viewerOf(me: Me): Viewer {
  const { kind, id, name, role } = me;
  const actor = `${kind === 'user' ? 'user' : 'token'}:${id}`;
  return { actor, name, rights: RIGHTS[role], account: me };
}

const RIGHTS = {
  user: [],
  operator: ['read', 'operate'],
  admin: ['read', 'operate', 'admin'],
} as const;

function tokenOf(kept: string | undefined): string | undefined {
  return /^api:(\S+)$/.exec(kept ?? '')?.[1];
}
