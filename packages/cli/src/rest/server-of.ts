import type { CliContext } from '../context.ts';
import { usageError } from '../exit-code.ts';
import { type ApiFlags, parseHeader, parseToken, parseUrl } from '../input/flags.ts';
import { type VariableName, variableOf } from '../program.ts';

/** The URL of the API, and what a request needs to be allowed. */
export interface ServerAccess {
  readonly url: string;
  readonly token?: string;
  readonly headers: Readonly<Record<string, string>>;
}

type AccessFlags = Pick<ApiFlags, 'url' | 'token' | 'tokenFile' | 'header'>;

/**
 * The server of a command, from its flags, or else from environment variables. Throws a usage error for an
 * invalid variable or file.
 */
export async function serverOf(
  context: Pick<CliContext, 'settings' | 'program' | 'readText'>,
  flags: AccessFlags,
): Promise<ServerAccess> {
  const { defaultUrl, apiPath } = context.program;
  const base = (flags.url ?? variable(context, 'URL', parseUrl) ?? defaultUrl).replace(/\/+$/, '');
  const url = base.endsWith(apiPath) ? base : `${base}${apiPath}`;
  const token = await tokenOf(context, flags);
  const headers = Object.fromEntries(flags.header ?? variable(context, 'HEADERS', parseHeaders) ?? []);
  return { url, headers, ...(token === undefined ? {} : { token }) };
}

type Context = Parameters<typeof serverOf>[0];

/** A flag beats a variable; a token beats a file. */
async function tokenOf(context: Context, flags: AccessFlags): Promise<string | undefined> {
  if (flags.token !== undefined) return flags.token;
  if (flags.tokenFile !== undefined) return tokenIn(context, flags.tokenFile, '--token-file');
  const token = variable(context, 'TOKEN', parseToken);
  const file = context.settings.TOKEN_FILE;
  if (token !== undefined || file === undefined) return token;
  return tokenIn(context, file, variableOf(context.program, 'TOKEN_FILE'));
}

async function tokenIn(context: Context, file: string, from: string): Promise<string> {
  const text = await context.readText(file);
  return checked(`The content of ${from}`, () => parseToken(text.trim()));
}

/** One header a line, as in a request. */
function parseHeaders(text: string): readonly (readonly [string, string])[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parseHeader);
}

function variable<T>(
  { settings, program }: Context,
  name: VariableName,
  parse: (text: string) => T,
): T | undefined {
  const value = settings[name];
  return value === undefined ? undefined : checked(variableOf(program, name), () => parse(value));
}

function checked<T>(what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw usageError(`${what} ${error instanceof Error ? error.message : String(error)}.`);
  }
}
