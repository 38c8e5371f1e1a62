import { type OptionFault, OptionsError } from './options-error.ts';

/** How people sign in to the console. */
export type ConsoleAuth = 'host' | 'token' | 'password';

/** What every way of mounting the console takes. */
export interface ConsoleOptions {
  /**
   * Where the browser finds the REST API of the jobs, on the same origin: a path such as `/admin/api`, or one
   * relative to the console such as `../api`.
   */
  readonly api: string;
  /**
   * How people sign in. `host` (default): by the cookies or headers of the app around it; the console has no
   * sign-in page. `token`: with an API token that they paste. `password`: with an account of GreenVue's API.
   */
  readonly auth?: ConsoleAuth;
  /** The name in the header and in the titles of pages. Default `Jobs`. */
  readonly title?: string;
  /** With `auth: 'host'`: the app's own sign-in page, for a link to it, such as `/login`. */
  readonly signInUrl?: string;
  /**
   * With `auth: 'host'`: where the app signs people out, such as `/logout`. The browser goes there (GET) when
   * people choose "Sign out". Without it, the console has no such choice.
   */
  readonly signOutUrl?: string;
  /** The folder of the built files. Default: the build of this package. */
  readonly folder?: string;
}

/** The options as the page reads them. `base`: the console's own address, relative to the page's. */
export interface ConsoleConfig {
  readonly base: string;
  readonly api: string;
  readonly auth: ConsoleAuth;
  readonly title: string;
  readonly signInUrl?: string;
  readonly signOutUrl?: string;
}

const AUTHS: readonly unknown[] = ['host', 'token', 'password'] satisfies ConsoleAuth[];

interface OptionRule {
  /** Completes "must be …". */
  readonly what: string;
  accepts(value: unknown): boolean;
}

const url = (example: string): OptionRule => ({
  what: `a path such as '${example}' or a URL with http or https`,
  accepts: isUrl,
});

const RULES: Readonly<Record<keyof ConsoleOptions, OptionRule>> = {
  api: { what: "the path of the jobs API on this origin, such as '/admin/api' or '../api'", accepts: isPath },
  auth: { what: "'host', 'token' or 'password'", accepts: (value) => AUTHS.includes(value) },
  title: {
    what: "a text such as 'Shop jobs'",
    accepts: (value) => typeof value === 'string' && value.trim() !== '',
  },
  signInUrl: url('/login'),
  signOutUrl: url('/logout'),
  folder: { what: 'the path of a folder', accepts: (value) => typeof value === 'string' },
};

/** The options of all ways of mounting the console. */
const NAMES: readonly string[] = ['prefix', ...Object.keys(RULES), 'routeConfig'];
/** Fastify hands its own options of a plugin to the plugin, too. */
const FASTIFY_NAMES: readonly string[] = ['logLevel', 'logSerializers'];

/** Checks the options, with their defaults. Throws an {@link OptionsError}. */
export function checkOptions(options: ConsoleOptions): Omit<ConsoleConfig, 'base'> {
  const { folder, ...given } = options;
  const values = new Map<string, unknown>(Object.entries(options));
  const faults: OptionFault[] = [];
  for (const [name, { what, accepts }] of Object.entries(RULES)) {
    const value = values.get(name);
    if (value === undefined && name !== 'api') continue;
    if (!accepts(value))
      faults.push({ pointer: `/${name}`, detail: `must be ${what}; got ${JSON.stringify(value)}` });
  }
  for (const name of values.keys())
    if (!NAMES.includes(name) && !FASTIFY_NAMES.includes(name))
      faults.push({ pointer: `/${name}`, detail: unknownOption(name) });
  if (faults.length > 0) throw new OptionsError(faults);
  const { api, auth = 'host', title = 'Jobs', signInUrl, signOutUrl } = given;
  return {
    api,
    auth,
    title,
    ...(signInUrl === undefined ? {} : { signInUrl }),
    ...(signOutUrl === undefined ? {} : { signOutUrl }),
  };
}

function unknownOption(name: string): string {
  const meant = NAMES.find((known) => lettersOf(known) === lettersOf(name));
  return `unknown field; ${meant === undefined ? `known ones are ${NAMES.join(', ')}` : `did you mean ${meant}?`}`;
}

function lettersOf(name: string): string {
  return name.replaceAll(/[^a-z]/gi, '').toLowerCase();
}

/** Whether a browser may go there: a page of the same origin, also with a query, or one of another server. */
function isUrl(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [path = ''] = value.split(/[?#]/, 1);
  return isPath(path) || (/^https?:\/\//i.test(value) && URL.canParse(value));
}

/** Whether a text leads to a path of the same origin: `//host` and `scheme:` lead elsewhere. */
function isPath(text: unknown): boolean {
  return typeof text === 'string' && /^(?:\/(?!\/)|\.\.?\/)[\w\-./~%@]*$/.test(text);
}
