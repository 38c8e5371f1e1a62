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
// sessionStorage ends with the tab, and each tab has its own.
const KEPT = 'greenvue-console-session';

// Another tab of the same browser answers within a few milliseconds.
const ASK_MS = 50;

/** Messages between tabs. Only pages of this origin can send them. */
type Message = Renewal | { readonly ask: string };

// The longest time that people wait for a page.
const PROBE_MS = 4_000;
// A proxy's answers when its server does not respond.
const NOBODY = new Set([502, 503, 504]);

/** A tab's session and its connection. */
export interface OpenSession {
  readonly store: SessionStore;
  readonly connection: Connection;
  /** Asks once whether the server answers. */
  readonly isAnswered: () => Promise<boolean>;
}

/** Opens the session of this tab. Sends nothing yet. */
export function openSession(): OpenSession {
  // Without a token: the server would refuse a stale one before it looks at the password.
  const bare = connect({ url: API });
  // Browsers that forbid storage also forbid channels between tabs.
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

/** Storage of the tab. In a browser that forbids it, values last until the page is left. */
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

/** The result, or undefined where the browser forbids it or has no space. */
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
