import { endCookieSession, getMe, logInWithCookie, refreshCookieSession } from '@greenvue/accounts';
import {
  ApiError,
  type Caller,
  type Connection,
  ConnectionError,
  connect,
  getCaller,
} from '@greenvue/jobs/client';
import type { ConsoleConfig } from '../ui/config/console-config.ts';
import { type AccountSession, createAccountSession } from './account-session.ts';
import { createHostSession } from './host-session.ts';
import type { SessionStore, TabStorage, Viewer, ViewerScope } from './session-store.ts';
import { createTokenSession, type TokenSession } from './token-session.ts';

// sessionStorage ends with the tab, and each tab has its own.
const KEPT = 'greenvue-console-session';

/** Where the API names nobody. */
const NAMELESS = 'Signed in';

// The longest time that people wait for a page.
const PROBE_MS = 4_000;
// A proxy's answers when its server does not respond.
const NOBODY = new Set([502, 503, 504]);

/** A tab's session and its connection. */
export interface OpenSession {
  readonly store: SessionStore;
  /** Absent where people sign in with the app around the console. */
  readonly tokens: Pick<TokenSession, 'signInWithToken' | 'signOut'> | undefined;
  /** Only with GreenVue's API. */
  readonly accounts: Pick<AccountSession, 'signIn'> | undefined;
  readonly connection: Connection;
  /** Asks once whether the server answers. */
  readonly isAnswered: () => Promise<boolean>;
}

/** Opens the session of this tab. Sends nothing yet. */
export function openSession(config: ConsoleConfig): OpenSession {
  const { store, ...signIns } = sessionOf(config);
  const target = { url: config.apiUrl, token: store.token, renew: store.renew };
  const impatient = connect({ ...target, retries: 0, timeoutMs: PROBE_MS });
  return { store, ...signIns, connection: connect(target), isAnswered: () => answers(impatient) };
}

function sessionOf({ auth, apiUrl: url }: ConsoleConfig): Pick<OpenSession, 'store' | 'tokens' | 'accounts'> {
  const whoHas = (token?: string) => viewerWith(connect({ url, token }));
  switch (auth) {
    case 'host':
      return { store: createHostSession(whoHas), tokens: undefined, accounts: undefined };
    case 'token': {
      const session = createTokenSession({ whoHas, storage: tabStorage() });
      return { store: session, tokens: session, accounts: undefined };
    }
    case 'password': {
      const session = accountSession(url);
      return { store: session, tokens: session, accounts: session };
    }
    default:
      return auth satisfies never;
  }
}

async function viewerWith(connection: Connection): Promise<Viewer> {
  try {
    const { id, name, rights, scope } = await getCaller(connection);
    return { actor: id ?? undefined, name: name ?? id ?? NAMELESS, rights, scope: scopeOf(scope) };
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    return { actor: undefined, name: NAMELESS, rights: [] };
  }
}

function scopeOf(scope: Caller['scope']): ViewerScope | undefined {
  if (scope === null) return undefined;
  return { idPrefix: scope.id_prefix ?? undefined, tags: scope.tags ?? undefined };
}

function accountSession(url: string): AccountSession {
  // Without a token: the server would refuse a stale one before it looks at the password.
  const bare = connect({ url });
  return createAccountSession({
    logIn: (credentials) => logInWithCookie(bare, credentials),
    refresh: () => refreshCookieSession(bare),
    logOut: () => endCookieSession(bare),
    whoHas: (token) => getMe(connect({ url, token })),
    storage: tabStorage(),
    alone: oneAtATime,
  });
}

/** Storage of the tab. In a browser that forbids it, values last until the page is left. */
function tabStorage(): TabStorage {
  let held: string | undefined;
  return {
    read: () => permitted(() => sessionStorage.getItem(KEPT)) ?? held,
    write: (value) => {
      held = value;
      permitted(() =>
        value === undefined ? sessionStorage.removeItem(KEPT) : sessionStorage.setItem(KEPT, value),
      );
    },
  };
}

/** The result, or undefined where the browser forbids it or has no space. */
function permitted<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

/** Any answer will do, a refusal, too. */
async function answers(connection: Connection): Promise<boolean> {
  try {
    await getCaller(connection);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return !NOBODY.has(error.status);
    if (error instanceof ConnectionError) return false;
    throw error;
  }
}

/**
 * Browsers have locks across tabs only on a secure origin (HTTPS or localhost) and where storage is allowed.
 */
async function oneAtATime<T>(run: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return run();
  let hasBegun = false;
  try {
    return await navigator.locks.request(KEPT, () => {
      hasBegun = true;
      return run();
    });
  } catch (error) {
    if (hasBegun || !(error instanceof DOMException)) throw error;
    return run();
  }
}
