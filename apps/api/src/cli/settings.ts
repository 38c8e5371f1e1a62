/**
 * The environment variables of `greenvue`, not validated. Flags take precedence. An empty variable counts as
 * unset.
 */
export interface Settings {
  /** GREENVUE_URL */
  readonly url: string | undefined;
  /** GREENVUE_TOKEN */
  readonly token: string | undefined;
}

/**
 * The settings of this process. Separate from the server's `config.ts`, which takes longer to load than a
 * command to run.
 */
export function loadSettings(): Settings {
  return parseSettings(process.env);
}

export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return { url: env.GREENVUE_URL?.trim() || undefined, token: env.GREENVUE_TOKEN?.trim() || undefined };
}
