import type { Me } from '@greenvue/accounts';
import { ApiError, ConnectionError } from '@greenvue/jobs/client';

/** A permission of the jobs API. */
export type Right = 'read' | 'operate' | 'admin';

/** Only jobs whose id begins with the prefix, and only jobs with at least one of the tags. */
export interface ViewerScope {
  readonly idPrefix?: string | undefined;
  readonly tags?: readonly string[] | undefined;
}

/** Whose rights the page has. */
export interface Viewer {
  /** The name in the API's records, such as `user:42`; undefined if the API names nobody. */
  readonly actor: string | undefined;
  /** For people. */
  readonly name: string;
  readonly rights: readonly Right[];
  /**
   * Which jobs the viewer may see: by the beginning of their ids, by their tags, or by both; undefined: all.
   */
  readonly scope?: ViewerScope | undefined;
  /** The account or API token of GreenVue's API. */
  readonly account?: Me | undefined;
}

export type SessionState =
  | { readonly phase: 'starting' }
  /** The server does not answer, so nobody knows yet who the viewer is. */
  | { readonly phase: 'unreachable'; readonly error: unknown }
  | { readonly phase: 'signed-out' }
  | { readonly phase: 'signed-in'; readonly viewer: Viewer }
  /** The server no longer accepts the viewer's requests. The page stays until the viewer signs in again. */
  | { readonly phase: 'expired'; readonly viewer: Viewer };

/** The viewer of this tab, and the token of their requests. */
export interface SessionStore {
  readonly state: () => SessionState;
  readonly subscribe: (listener: () => void) => () => void;
  /** Finds out who the viewer is. Every failure becomes a state. */
  readonly resume: () => Promise<void>;
  /** The current bearer token; undefined where cookies identify the viewer. */
  readonly token: () => string | undefined;
  /** Gets a new token; false if the viewer must sign in again. */
  readonly renew: () => Promise<boolean>;
  /** Marks the session as expired: the server refused a request and there is no other token. */
  readonly expire: () => void;
  /** Reads the viewer again: the rights may have changed. */
  readonly reread: () => Promise<void>;
}

/** Values that survive a reload of this tab. */
export interface TabStorage {
  readonly read: () => string | undefined;
  readonly write: (value: string | undefined) => void;
}

/** Whether the server refused the viewer, or the form of the token. */
export function isRefused(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 401 || error.status === 422);
}

/** Holds the state of a session and tells its listeners about each change. */
export class StateHolder {
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { phase: 'starting' };

  readonly state = (): SessionState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  become(state: SessionState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }

  signedIn(viewer: Viewer): void {
    this.become({ phase: 'signed-in', viewer });
  }

  expire(): void {
    if (this.#state.phase === 'expired' || this.#state.phase === 'signed-out') return;
    if ('viewer' in this.#state) this.become({ phase: 'expired', viewer: this.#state.viewer });
    else this.become({ phase: 'signed-out' });
  }

  /** The state after the viewer could not be read. */
  fail(error: unknown): void {
    if (isRefused(error)) this.expire();
    else if (error instanceof ApiError || error instanceof ConnectionError)
      this.become({ phase: 'unreachable', error });
    else throw error;
  }
}
