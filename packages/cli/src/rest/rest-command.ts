import { type Connection, connect } from '@greenvue/jobs/client';
import type { CliContext } from '../context.ts';
import type { ApiFlags } from '../input/flags.ts';
import { restFault, type TargetServer } from './rest-fault.ts';
import { serverOf } from './server-of.ts';

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
 * Makes a Stricli command that sends requests. Errors become messages that say what to do. Such a command is
 * about something that other commands list, such as `calendars list`.
 */
export function restCommandOn(lists: string) {
  return <FLAGS extends ApiFlags, ARGS extends readonly unknown[]>(
    run: (session: Session, flags: FLAGS, ...args: ARGS) => Promise<void>,
  ): ((this: CliContext, flags: FLAGS, ...args: ARGS) => Promise<void>) =>
    async function (flags, ...args) {
      const server = await serverOf(this, flags);
      const target: TargetServer = {
        url: server.url,
        hasToken: server.token !== undefined,
        headers: Object.keys(server.headers),
        program: this.program,
        lists,
      };
      try {
        const api = connect({ ...server, retries: RETRIES });
        const patientApi = connect({ ...server, retries: PATIENT_RETRIES });
        await run({ ...this, api, patientApi, target }, flags, ...args);
      } catch (error) {
        throw restFault(error, target);
      }
    };
}

/** A command on jobs and runs. */
export const restCommand = restCommandOn('jobs list, runs list or types');
