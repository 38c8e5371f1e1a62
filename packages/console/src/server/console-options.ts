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
}

const AUTHS: readonly ConsoleAuth[] = ['host', 'token', 'password'];

/** The options of all ways of mounting the console. */
const NAMES: readonly string[] = ['prefix', 'api', 'auth', 'title', 'signInUrl', 'folder', 'routeConfig'];
/** Fastify hands its own options of a plugin to the plugin, too. */
const FASTIFY_NAMES: readonly string[] = ['logLevel', 'logSerializers'];

/** Checks the options, with their defaults. Throws a `TypeError` that says what to write instead. */
export function checkOptions(options: ConsoleOptions): Omit<ConsoleConfig, 'base'> {
  const { api, auth = 'host', title = 'Jobs', signInUrl, folder } = options;
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name) && !FASTIFY_NAMES.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`The console has no option \`${unknown}\`. Its options are ${NAMES.join(', ')}.`);
  }
  if (!isPath(api)) {
    throw new TypeError(
      `\`api\` must be the path of the jobs API on this origin, such as '/admin/api' or '../api'; got ${JSON.stringify(api)}.`,
    );
  }
  if (!AUTHS.includes(auth)) {
    throw new TypeError(`\`auth\` must be 'host', 'token' or 'password'; got ${JSON.stringify(auth)}.`);
  }
  if (typeof title !== 'string' || title.trim() === '') {
    throw new TypeError(`\`title\` must be a text such as 'Shop jobs'; got ${JSON.stringify(title)}.`);
  }
  if (folder !== undefined && typeof folder !== 'string') {
    throw new TypeError(`\`folder\` must be the path of a folder; got ${JSON.stringify(folder)}.`);
  }
  if (signInUrl === undefined) return { api, auth, title };
  if (!isSignInUrl(signInUrl)) {
    throw new TypeError(
      `\`signInUrl\` must be a path such as '/login' or a URL with http or https; got ${JSON.stringify(signInUrl)}.`,
    );
  }
  return { api, auth, title, signInUrl };
}

/** Whether a browser may go there: a page of the same origin, also with a query, or one of another server. */
function isSignInUrl(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [path = ''] = value.split(/[?#]/, 1);
  return isPath(path) || (/^https?:\/\//i.test(value) && URL.canParse(value));
}

/** Whether a text leads to a path of the same origin: `//host` and `scheme:` lead elsewhere. */
function isPath(text: unknown): text is string {
  return typeof text === 'string' && /^(?:\/(?!\/)|\.\.?\/)[\w\-./~%@]*$/.test(text);
}
