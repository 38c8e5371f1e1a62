import { type Connection, connect } from '@greenvue/jobs/client';
import type { CliContext } from '../context.ts';
import { usageError } from '../exit-code.ts';
import { type ApiFlags, DEFAULT_URL, parseToken, parseUrl } from '../input/flags.ts';
import { restFault, type TargetServer } from './rest-fault.ts';

/** The context of a command, and its connection to the server. */
export interface Session extends CliContext {
  readonly api: Connection;
  /** A connection for long operations: its retries outlast a restart of the server. */
  readonly patientApi: Connection;
  readonly target: TargetServer;
}

/** About a second, so that a person soon learns that there is no server. */
const RETRIES = 2;
/** About a minute. */
const PATIENT_RETRIES = 9;

/**
 * Makes a Stricli command that sends requests. Errors become messages that say what to do.
 */
export function restCommand<FLAGS extends ApiFlags, ARGS extends readonly unknown[]>(
  run: (session: Session, flags: FLAGS, ...args: ARGS) => Promise<void>,
): (this: CliContext, flags: FLAGS, ...args: ARGS) => Promise<void> {
  return async function (flags, ...args) {
    const server = serverOf(this, flags);
    const target: TargetServer = { url: server.url, hasToken: server.token !== undefined };
    try {
      const api = connect({ ...server, retries: RETRIES });
      const patientApi = connect({ ...server, retries: PATIENT_RETRIES });
      await run({ ...this, api, patientApi, target }, flags, ...args);
    } catch (error) {
      throw restFault(error, target);
    }
  };
}

/** The URL of the API and the token. Throws a usage error for an invalid environment variable. */
export function serverOf(
  { settings }: Pick<CliContext, 'settings'>,
  flags: Pick<ApiFlags, 'url' | 'token'>,
): { readonly url: string; readonly token?: string } {
  const base = flags.url ?? checked('GREENVUE_URL', settings.url, parseUrl) ?? DEFAULT_URL;
  const token = flags.token ?? checked('GREENVUE_TOKEN', settings.token, parseToken);
  const trimmed = base.replace(/\/+$/, '');
  const url = trimmed.endsWith('/api') ? trimmed : `${trimmed}/api`;
  return token === undefined ? { url } : { url, token };
}

function checked(
  name: string,
  value: string | undefined,
  parse: (text: string) => string,
): string | undefined {
  if (value === undefined) return undefined;
  try {
    return parse(value);
  } catch (error) {
    throw usageError(`${name} ${error instanceof Error ? error.message : String(error)}.`);
  }
}
