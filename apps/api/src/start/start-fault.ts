import { StoreError } from '@greenvue/jobs';
import type { Config } from '../config/config.ts';
import { DatabaseError, NewerDatabaseError, UnusableServerError } from '../db/errors.ts';
import { postgresFault } from './postgres-fault.ts';
import { StartError } from './start-error.ts';

type Settings = Pick<Config, 'host' | 'port' | 'dataDir' | 'postgres'>;

/** The message for an error at startup: one line that says what to do. */
export function startFault(error: unknown, config: Settings): string {
  return inOneLine(faultOf(error, config));
}

function faultOf(error: unknown, { host, port, dataDir, postgres }: Settings): string {
  const message = error instanceof Error ? error.message : String(error);
  if (isWhole(error)) return message;
  const fault = postgres && postgresFault(error, postgres);
  if (fault !== undefined) return fault;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use: set PORT to another port, or stop the program that listens there.`;
    case 'EACCES':
      return `The operating system refused access (${message}): set PORT above 1023, or correct the permissions of DATA_DIR ${dataDir}.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host} is not an address of this machine: set it to 127.0.0.1, 0.0.0.0 or an address of this machine.`;
    default:
      break;
  }
  if (error instanceof DatabaseError) return `The database in DATA_DIR ${dataDir} can't be used: ${message}.`;
  if (error instanceof StoreError && postgres === undefined)
    return `The jobs' database in DATA_DIR ${dataDir}, jobs.db, can't be used: ${message}.`;
  return `GreenVue could not start: ${message}`;
}

/** Whether the message of the error is complete. */
function isWhole(error: unknown): boolean {
  if (error instanceof StoreError)
    return ['newer_schema', 'unusable', 'in_use', 'gone', 'damaged'].includes(error.code);
  return (
    error instanceof StartError || error instanceof NewerDatabaseError || error instanceof UnusableServerError
  );
}

function inOneLine(text: string): string {
  return text.replaceAll(/\s*[\r\n]\s*/g, ' ');
}
