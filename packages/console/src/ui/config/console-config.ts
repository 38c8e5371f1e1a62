/** How people sign in to this console: see the options of its server. */
export type ConsoleAuth = 'host' | 'token' | 'password';

/** The settings that the server wrote into the page. */
export interface ConsoleConfig {
  /** The path of the console, without a slash at its end; empty at the root of the origin. */
  readonly base: string;
  /** The URL of the API. */
  readonly apiUrl: string;
  readonly auth: ConsoleAuth;
  readonly title: string;
  /** The sign-in page of the app around the console. */
  readonly signInUrl: string | undefined;
  /** Where the app around the console signs people out. */
  readonly signOutUrl: string | undefined;
}

/** Reads the settings of the page. Must run before the first navigation: they are relative to its address. */
export function readConfig(page: Document): ConsoleConfig {
  const text = page.getElementById('console-config')?.textContent ?? '';
  return parseConfig(text, page.baseURI);
}

/** `address`: the URL of the page. Throws an `Error` for settings of another version. */
export function parseConfig(text: string, address: string): ConsoleConfig {
  const given: unknown = JSON.parse(text);
  if (typeof given !== 'object' || given === null) throw new Error('The page has no settings.');
  const settings = new Map<string, unknown>(Object.entries(given));
  const base = new URL(textOf(settings, 'base'), address);
  const urlOf = (name: string) =>
    settings.has(name) ? new URL(textOf(settings, name), base).href : undefined;
  return {
    base: base.pathname.replace(/\/$/, ''),
    apiUrl: new URL(textOf(settings, 'api'), base).href,
    auth: authOf(textOf(settings, 'auth')),
    title: textOf(settings, 'title'),
    signInUrl: urlOf('signInUrl'),
    signOutUrl: urlOf('signOutUrl'),
  };
}

function textOf(settings: ReadonlyMap<string, unknown>, name: string): string {
  const value = settings.get(name);
  if (typeof value !== 'string') throw new Error(`The settings of the page have no "${name}".`);
  return value;
}

function authOf(text: string): ConsoleAuth {
  if (text === 'host' || text === 'token' || text === 'password') return text;
  throw new Error(`The settings of the page have an unknown "auth": ${text}.`);
}
