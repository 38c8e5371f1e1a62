import {
  ApiError,
  type Connection,
  ConnectionError,
  connect,
  getMe,
  logIn,
  logOut,
  refreshSession,
} from '@greenvue/jobs/client';
import { createSessionStore, type Renewal, type SessionDeps, type SessionStore } from './session-store.ts';

const API = '/api';
// In sessionStorage: it is gone with the tab, and each tab has its own.
const KEPT = 'greenvue-console-session';

// A tab of the same browser answers in a few milliseconds, if it is there.
const ASK_MS = 50;

/** What tabs tell each other. Only pages of this origin can. */
type Message = Renewal | { readonly ask: string };

// Who waits for longer than this has lost patience with the page.
const PROBE_MS = 4_000;
// What a proxy answers with when the server behind it does not.
const NOBODY = new Set([502, 503, 504]);

/** What a tab has of its session. */
export interface OpenSession {
  readonly store: SessionStore;
  /** Sends the session's token. */
  readonly connection: Connection;
  /** Asks once whether the server is there. */
  readonly isAnswered: () => Promise<boolean>;
}

/** Opens the session of this tab. Nothing is sent yet. */
export function openSession(): OpenSession {
  // Without a token: a stale one would be refused before the password is looked at.
  const bare = connect({ url: API });
  // Browsers that forbid storage forbid what is shared between tabs as well.
  const channel = permitted(() => new BroadcastChannel(KEPT));
  const store = createSessionStore({
    logIn: (credentials) => logIn(bare, credentials),
    refresh: (token) => refreshSession(bare, token),
    logOut: (token) => logOut(bare, token),
    whoHas: (token) => getMe(connect({ url: API, token })),
    storage: tabStorage(),
    alone: oneAtATime,
    announce: (renewal) => channel?.postMessage(renewal),
    ask: async (token) => {
      if (channel === undefined) return;
      channel.postMessage({ ask: token });
      await new Promise((resolve) => window.setTimeout(resolve, ASK_MS));
    },
    onAsk: (listener) => {
      channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
        if ('ask' in data) listener(data.ask);
      });
    },
    onRenewal: (listener) => {
      channel?.addEventListener('message', ({ data }: MessageEvent<Message>) => {
        if ('was' in data) listener(data);
      });
    },
  });
  const connection = connect({ url: API, token: store.token, renew: store.renew });
  const impatient = connect({
    url: API,
    token: store.token,
    renew: store.renew,
    retries: 0,
    timeoutMs: PROBE_MS,
  });
  return { store, connection, isAnswered: () => answers(impatient) };
}

/** What a browser that forbids storage can't keep lasts until the page is left. */
function tabStorage(): SessionDeps['storage'] {
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

/** What it gives; undefined where the browser forbids it, or has no room. */
function permitted<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

async function answers(connection: Connection): Promise<boolean> {
  try {
    await getMe(connection);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return !NOBODY.has(error.status);
    if (error instanceof ConnectionError) return false;
    throw error;
  }
}

/**
 * Browsers have locks over tabs only where the origin is a safe one (HTTPS, or this machine), and storage is
 * not forbidden.
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
