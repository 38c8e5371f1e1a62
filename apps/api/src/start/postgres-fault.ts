import { StoreError } from '@greenvue/jobs';
import type { PostgresConfig } from '../config/config.ts';
import { DatabaseError } from '../db/errors.ts';

/**
 * Why PostgreSQL can't be used, in one line that names the variable to correct and never tells the password;
 * undefined when the error is none of PostgreSQL's.
 */
export function postgresFault(error: unknown, { url, directUrl }: PostgresConfig): string | undefined {
  if (error instanceof DatabaseError) return faultOf(error, { variable: 'DATABASE_URL', url });
  if (!(error instanceof StoreError) || error.code !== 'unavailable') return undefined;
  // GreenVue's own data comes first, over DATABASE_URL. Where the engine fails then, it is over its direct
  // connection.
  const variable = directUrl === url ? 'DATABASE_URL' : 'DATABASE_DIRECT_URL';
  return faultOf(error.cause ?? error, { variable, url: directUrl });
}

interface Way {
  readonly variable: string;
  readonly url: string;
}

function faultOf(error: unknown, { variable, url }: Way): string {
  const { host, hostname, pathname, username, password } = new URL(url);
  const user = decodeURIComponent(username);
  const database = decodeURIComponent(pathname.slice(1));
  const { code, message } = codeAndMessage(error);
  const correct = `or correct ${variable}`;
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The host ${hostname} of ${variable} can't be found (${code}): correct the name, or see to the DNS.`;
    case 'ECONNREFUSED':
      return `Nothing listens at ${host}: start PostgreSQL there, ${correct}.`;
    case '28P01':
      return `PostgreSQL at ${host} refuses the password of the user ${user}: correct it in ${variable}.`;
    case '28000':
      return `PostgreSQL at ${host} does not let the user ${user} in (${message}): see to the user and to pg_hba.conf, ${correct}.`;
    case '3D000':
      return `There is no database ${database} at ${host}: make it with CREATE DATABASE ${quoted(database)}; ${correct}.`;
    case '42501':
      return `The user ${user} lacks a right in the database ${database} at ${host} (${message}): start this version once as the owner of the schemas greenvue and greenvue_jobs, or let the owner grant it.`;
    case '25006':
      return `The database ${database} at ${host} only reads (${message}): give the URL of the primary in ${variable}.`;
    case '42P01':
      return `The database ${database} at ${host} has not what the other one has (${message}): DATABASE_URL and DATABASE_DIRECT_URL must lead to the same.`;
    case '53300':
      return `PostgreSQL at ${host} has no connection left (${message}): raise its max_connections, or start fewer nodes.`;
    case '57P03':
      return `PostgreSQL at ${host} takes no connections yet (${message}): start again in a moment.`;
    default:
      break;
  }
  if (code !== undefined && CERTIFICATE.test(code)) {
    return `PostgreSQL at ${host} has a certificate that ${variable} does not accept (${message}): name the host as the certificate does, and its authority with sslrootcert=/etc/ssl/postgres-ca.pem.`;
  }
  if (message === 'The server does not support SSL connections') {
    return `PostgreSQL at ${host} speaks no TLS, which ${variable} asks for: set ssl = on in its postgresql.conf, or remove sslmode from ${variable}.`;
  }
  if (message.startsWith('SASL') && password === '') {
    return `PostgreSQL at ${host} asks for the password of the user ${user}: put it in ${variable}.`;
  }
  if (code === undefined || SQLSTATE.test(code) === false) {
    return `PostgreSQL at ${host} can't be reached (${message}): see to the server, the network and the firewall, ${correct}.`;
  }
  return `The database ${database} at ${host} can't be used (${code}: ${message}).`;
}

/** What Node says of a certificate that it refuses. */
const CERTIFICATE = /^(?:CERT_|ERR_TLS_CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

function codeAndMessage(error: unknown): { readonly code: string | undefined; readonly message: string } {
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // Where a name has several addresses, the error of them all has no words of its own.
  return { code, message: error.message === '' ? (code ?? error.name) : error.message };
}

/** As SQL takes it. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
