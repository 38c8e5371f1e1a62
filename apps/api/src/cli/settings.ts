/**
 * What the environment says to `greenvue`, unchecked; flags come before it. An empty variable counts as
 * unset.
 */
export interface Settings {
  /** GREENVUE_URL */
  readonly url: string | undefined;
  /** GREENVUE_TOKEN */
  readonly token: string | undefined;
}

/**
 * The settings of this process. Besides `config.ts` the only place that reads `process.env`: that one is the
 * server's, and takes longer to load than a command to run.
 */
export function loadSettings(): Settings {
  return parseSettings(process.env);
}

export function parseSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  return { url: env.GREENVUE_URL?.trim() || undefined, token: env.GREENVUE_TOKEN?.trim() || undefined };
}
