import { ApiError, ConnectionError, type Me, type Session } from '@greenvue/jobs/client';

/** Where one stands with the server. */
export type SessionState =
  | { readonly phase: 'starting' }
  /** What this tab had kept could not be tried: the server does not answer. */
  | { readonly phase: 'unreachable'; readonly error: unknown }
  | { readonly phase: 'signed-out' }
  | { readonly phase: 'signed-in'; readonly me: Me }
  /** The server takes the token no longer; the page stays as it is until one has signed in again. */
  | { readonly phase: 'expired'; readonly me: Me };

interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Who is signed in on this tab, and the tokens of it. */
export interface SessionStore {
  readonly state: () => SessionState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Goes on with what the tab had kept before it was loaded anew. */
  readonly resume: () => Promise<void>;
  /** Throws what the server says against it. */
  readonly signIn: (credentials: Credentials) => Promise<void>;
  /** With an API token (`gv_…`) instead. Throws what the server says against it. */
  readonly signInWithToken: (token: string) => Promise<void>;
  readonly signOut: () => Promise<void>;
  /** What to send as bearer token. */
  readonly token: () => string | undefined;
  /**
   * Gets another access token than the one of now; false when one must sign in again. However many ask at
   * once, the server is asked once: it takes a refresh token that comes again later for a stolen one, and
   * ends the session.
   */
  readonly renew: () => Promise<boolean>;
  /** The server has refused the token, and there is no other. */
  readonly expire: () => void;
  /** Asks the server anew who one is: the role may have changed. */
  readonly reread: () => Promise<void>;
}

/**
 * A refresh token that another tab has used up, and what that tab has now: a duplicated tab begins with its
 * model's token.
 */
export interface Renewal {
  readonly was: string;
  readonly kept: KeptLogin;
  /** Absent while that tab has not asked yet whether its access token is still good. */
  readonly me: Me | undefined;
}

/** The tokens of a login. */
interface KeptLogin {
  readonly kind: 'refresh';
  readonly token: string;
  /** With it, a reload needs no refresh, which a page that is being left could lose the answer of. */
  readonly access: string;
  /**
   * The refresh tokens that led to this one, the newest last: used up, and kept for the tabs that still have
   * one of them.
   */
  readonly past: readonly string[];
}

export interface SessionDeps {
  readonly logIn: (credentials: Credentials) => Promise<Session>;
  readonly refresh: (refreshToken: string) => Promise<Session>;
  readonly logOut: (refreshToken: string) => Promise<void>;
  readonly whoHas: (token: string) => Promise<Me>;
  /** What outlives a reload of this tab. */
  readonly storage: {
    readonly read: () => string | undefined;
    readonly write: (value: string | undefined) => void;
  };
  /** Runs one at a time over all tabs. */
  readonly alone: <T>(run: () => Promise<T>) => Promise<T>;
  readonly announce: (renewal: Renewal) => void;
  /**
   * Asks the other tabs what became of a refresh token; who knows announces it. Done once they have had their
   * time.
   */
  readonly ask: (token: string) => Promise<void>;
  readonly onAsk: (listener: (token: string) => void) => void;
  readonly onRenewal: (listener: (renewal: Renewal) => void) => void;
}

type Kept = KeptLogin | { readonly kind: 'api'; readonly token: string };

/** How many used refresh tokens a tab knows: the other tabs are a few behind at most. */
const PAST_KEPT = 20;

export function createSessionStore(deps: SessionDeps): SessionStore {
  return new TabSession(deps);
}

// Its methods are fields, so that they can be handed on by themselves.
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
      // Nobody has the token any more: it runs out by itself.
      if (!(error instanceof ApiError) && !(error instanceof ConnectionError)) throw error;
    }
  };

  readonly renew = (): Promise<boolean> => {
    const refused = this.#accessToken;
    // While this tab waited for its turn, another one may have told of a new token.
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
      // It has run out meanwhile: what comes with a new one says who one is as well.
      await this.renew();
    }
  };

  /**
   * Whether the access token that was kept is still good: one that has run out is nothing to end a session
   * for.
   */
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

  /** While this page was not there, a tab that began as its copy may have used its token up. */
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
      // Signed out meanwhile, or on with a newer token of another tab: what came too late must not take its
      // place.
      if (this.#kept?.token !== was) return this.#accessToken !== undefined;
      this.#tell(was, this.#adopt(session));
      return true;
    } catch (error) {
      if (!isRefused(error)) throw error;
      // Whoever has signed in anew meanwhile, or has a newer token of another tab, is not meant.
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
