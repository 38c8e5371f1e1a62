import { ApiError, ConnectionError, type Me, type Session } from '@greenvue/jobs/client';

export type SessionState =
  | { readonly phase: 'starting' }
  /** The tab's kept session could not be checked: the server does not answer. */
  | { readonly phase: 'unreachable'; readonly error: unknown }
  | { readonly phase: 'signed-out' }
  | { readonly phase: 'signed-in'; readonly me: Me }
  /** The server no longer accepts the token. The page stays as it is until the user signs in again. */
  | { readonly phase: 'expired'; readonly me: Me };

interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** The viewer of this tab and their tokens. */
export interface SessionStore {
  readonly state: () => SessionState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Resumes the session that the tab kept through a reload. */
  readonly resume: () => Promise<void>;
  /** Throws the server's error. */
  readonly signIn: (credentials: Credentials) => Promise<void>;
  /** Signs in with an API token (`gv_…`) instead. Throws the server's error. */
  readonly signInWithToken: (token: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** The current bearer token. */
  readonly token: () => string | undefined;
  /**
   * Gets a new access token; false if the user must sign in again. Concurrent calls send one request: the
   * server treats a refresh token used twice as stolen and ends the session.
   */
  readonly renew: () => Promise<boolean>;
  /** Marks the session as expired: the server refused the token and there is no other. */
  readonly expire: () => void;
  /** Reads the viewer again: the role may have changed. */
  readonly reread: () => Promise<void>;
}

/**
 * A refresh token that another tab used, and that tab's current tokens. A duplicated tab starts with the
 * token of the original.
 */
export interface Renewal {
  readonly was: string;
  readonly kept: KeptLogin;
  /** Undefined until that tab knows whether its access token is still valid. */
  readonly me: Me | undefined;
}

/** The tokens of a login. */
interface KeptLogin {
  readonly kind: 'refresh';
  readonly token: string;
  /** Lets a reload work without a refresh, whose answer could get lost if the page is left. */
  readonly access: string;
  /** Used refresh tokens that led to this one, newest last, for tabs that still have one of them. */
  readonly past: readonly string[];
}

export interface SessionDeps {
  readonly logIn: (credentials: Credentials) => Promise<Session>;
  readonly refresh: (refreshToken: string) => Promise<Session>;
  readonly logOut: (refreshToken: string) => Promise<void>;
  readonly whoHas: (token: string) => Promise<Me>;
  /** Values that survive a reload of this tab. */
  readonly storage: {
    readonly read: () => string | undefined;
    readonly write: (value: string | undefined) => void;
  };
  /** Runs one call at a time across all tabs. */
  readonly alone: <T>(run: () => Promise<T>) => Promise<T>;
  readonly announce: (renewal: Renewal) => void;
  /**
   * Asks the other tabs for the successor of a refresh token. Resolves after the time they have to answer.
   */
  readonly ask: (token: string) => Promise<void>;
  readonly onAsk: (listener: (token: string) => void) => void;
  readonly onRenewal: (listener: (renewal: Renewal) => void) => void;
}

type Kept = KeptLogin | { readonly kind: 'api'; readonly token: string };

/** How many used refresh tokens a tab remembers. Other tabs are at most a few behind. */
const PAST_KEPT = 20;

export function createSessionStore(deps: SessionDeps): SessionStore {
  return new TabSession(deps);
}

// Methods are fields, so that callers can pass them on their own.
class TabSession implements SessionStore {
  readonly #deps: SessionDeps;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { phase: 'starting' };
  #kept: Kept | undefined;
  #accessToken: string | undefined;
  #renewing: Promise<boolean> | undefined;

  constructor(deps: SessionDeps) {
    this.#deps = deps;
    deps.onRenewal(({ was, kept, me }) => {
      if (this.#kept?.kind === 'refresh' && this.#kept.token === was) {
        if (me === undefined) this.#keep(kept);
        else this.#goOnAs(kept, me);
      }
    });
    deps.onAsk((token) => {
      if (this.#kept?.kind === 'refresh' && this.#kept.past.includes(token)) this.#tell(token, this.#kept);
    });
  }

  readonly state = (): SessionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly token = (): string | undefined => this.#accessToken;

  readonly resume = async (): Promise<void> => {
    this.#become({ phase: 'starting' });
    this.#kept = parseKept(this.#deps.storage.read());
    try {
      if (this.#kept === undefined) this.#become({ phase: 'signed-out' });
      else if (this.#kept.kind === 'api') await this.signInWithToken(this.#kept.token);
      else if (!(await this.#goOnWith(this.#kept.access))) await this.#renewOnce(() => this.#takeUp());
    } catch (error) {
      if (isRefused(error)) this.expire();
      else this.#become({ phase: 'unreachable', error });
    }
  };

  readonly signIn = async (credentials: Credentials): Promise<void> => {
    this.#adopt(await this.#deps.logIn(credentials));
  };

  readonly signInWithToken = async (token: string): Promise<void> => {
    const me = await this.#deps.whoHas(token);
    this.#accessToken = token;
    this.#keep({ kind: 'api', token });
    this.#become({ phase: 'signed-in', me });
  };

  readonly signOut = async (): Promise<void> => {
    const last = this.#kept;
    this.#forget();
    this.#become({ phase: 'signed-out' });
    if (last?.kind !== 'refresh') return;
    try {
      await this.#deps.logOut(last.token);
    } catch (error) {
      // No tab has the token any more, so it simply expires.
      if (!(error instanceof ApiError) && !(error instanceof ConnectionError)) throw error;
    }
  };

  readonly renew = (): Promise<boolean> => {
    const refused = this.#accessToken;
    // While this tab waited for its turn, another tab may have announced a new token.
    return this.#renewOnce(async () => this.#accessToken !== refused || this.#refresh());
  };

  readonly expire = (): void => {
    if (this.#state.phase === 'expired' || this.#state.phase === 'signed-out') return;
    this.#forget();
    this.#become('me' in this.#state ? { phase: 'expired', me: this.#state.me } : { phase: 'signed-out' });
  };

  readonly reread = async (): Promise<void> => {
    if (this.#accessToken === undefined || this.#state.phase !== 'signed-in') return;
    try {
      const me = await this.#deps.whoHas(this.#accessToken);
      if (this.state().phase === 'signed-in') this.#become({ phase: 'signed-in', me });
    } catch (error) {
      if (!isRefused(error)) throw error;
      // The token expired meanwhile. The answer with the new one also has the viewer.
      await this.renew();
    }
  };

  /** Whether the kept access token is still valid. An expired token alone does not end the session. */
  async #goOnWith(access: string): Promise<boolean> {
    try {
      const me = await this.#deps.whoHas(access);
      this.#accessToken = access;
      this.#become({ phase: 'signed-in', me });
      return true;
    } catch (error) {
      if (isRefused(error)) return false;
      throw error;
    }
  }

  #renewOnce(renew: () => Promise<boolean>): Promise<boolean> {
    this.#renewing ??= this.#deps.alone(renew).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  /** A tab that was duplicated from this one may have used this token while the page was closed. */
  async #takeUp(): Promise<boolean> {
    const before = this.#accessToken;
    if (this.#kept?.kind === 'refresh') await this.#deps.ask(this.#kept.token);
    return this.#accessToken !== before || this.#refresh();
  }

  async #refresh(): Promise<boolean> {
    if (this.#kept?.kind !== 'refresh') {
      this.expire();
      return false;
    }
    const was = this.#kept.token;
    try {
      const session = await this.#deps.refresh(was);
      // The user signed out, or another tab sent a newer token: a late answer must not replace it.
      if (this.#kept?.token !== was) return this.#accessToken !== undefined;
      this.#tell(was, this.#adopt(session));
      return true;
    } catch (error) {
      if (!isRefused(error)) throw error;
      // Applies only if the user has not signed in again and no tab has sent a newer token.
      if (this.#kept?.token === was) this.expire();
      return this.#accessToken !== undefined;
    }
  }

  #adopt({ access_token: access, refresh_token: token, user }: Session): KeptLogin {
    const past = this.#kept?.kind === 'refresh' ? [...this.#kept.past, this.#kept.token] : [];
    const kept = { kind: 'refresh', token, access, past: past.slice(-PAST_KEPT) } as const;
    this.#goOnAs(kept, meOf(user));
    return kept;
  }

  #goOnAs(kept: KeptLogin, me: Me): void {
    this.#accessToken = kept.access;
    this.#keep(kept);
    this.#become({ phase: 'signed-in', me });
  }

  #tell(was: string, kept: KeptLogin): void {
    this.#deps.announce({ was, kept, me: 'me' in this.#state ? this.#state.me : undefined });
  }

  #forget(): void {
    this.#accessToken = undefined;
    this.#keep(undefined);
  }

  #keep(kept: Kept | undefined): void {
    this.#kept = kept;
    this.#deps.storage.write(kept === undefined ? undefined : textOf(kept));
  }

  #become(state: SessionState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

function meOf({ id, email, name, role, must_change_password }: Session['user']): Me {
  return { id, kind: 'user', name, email, role, must_change_password };
}

function textOf(kept: Kept): string {
  if (kept.kind === 'api') return `api:${kept.token}`;
  return [`refresh:${kept.token}`, kept.access, ...kept.past].join(' ');
}

function parseKept(text: string | undefined): Kept | undefined {
  const [, kind, token, access, past = ''] =
    /^(refresh|api):(\S+)(?: (\S+)((?: \S+)*))?$/.exec(text ?? '') ?? [];
  if (token === undefined) return undefined;
  if (kind === 'api') return { kind: 'api', token };
  return access === undefined
    ? undefined
    : { kind: 'refresh', token, access, past: past.split(' ').filter(Boolean) };
}

function isRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 422);
}
