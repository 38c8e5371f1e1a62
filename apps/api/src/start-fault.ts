import { StoreError } from '@greenvue/jobs';
import type { Config } from './config.ts';
import { StartError } from './data-dir.ts';
import { DatabaseError, NewerDatabaseError } from './db/errors.ts';

/** Why the program can't start, in one line that says what to do. */
export function startFault(error: unknown, config: Pick<Config, 'host' | 'port' | 'dataDir'>): string {
  if (error instanceof StartError || error instanceof NewerDatabaseError) return error.message;
  if (error instanceof StoreError && error.code === 'newer_schema') return error.message;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const { host, port, dataDir } = config;
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use: set PORT to another, or stop what listens there.`;
    case 'EACCES':
      return `Not allowed (${message}): set PORT above 1023, or see to the rights of DATA_DIR ${dataDir}.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST ${host} is no address of this machine: set it to 127.0.0.1, 0.0.0.0 or an address that it has.`;
    default:
      break;
  }
  if (error instanceof DatabaseError) return `The database in DATA_DIR ${dataDir} can't be used: ${message}.`;
  return `GreenVue could not start: ${message}`;
}
