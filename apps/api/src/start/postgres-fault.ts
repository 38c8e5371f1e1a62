import { StoreError } from '@greenvue/jobs';
import type { PostgresConfig } from '../config/config.ts';
import { DatabaseError } from '../db/errors.ts';

/**
 * The message for an error of PostgreSQL at startup: one line that names the variable to correct, without the
 * password. Undefined for other errors.
 */
export function postgresFault(error: unknown, { url, directUrl }: PostgresConfig): string | undefined {
  if (error instanceof DatabaseError) return faultOf(error, { variable: 'DATABASE_URL', url });
  if (!(error instanceof StoreError) || error.code !== 'unavailable') return undefined;
  // DATABASE_URL is used first, for GreenVue's own data. If the engine fails later, it is its direct
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
      return `The host ${hostname} of ${variable} can't be found (${code}): correct the name, or check the DNS.`;
    case 'ECONNREFUSED':
      return `Nothing listens at ${host}: start PostgreSQL there, ${correct}.`;
    case '28P01':
      return `PostgreSQL at ${host} refuses the password of the user ${user}: correct it in ${variable}.`;
    case '28000':
      return `PostgreSQL at ${host} refuses the user ${user} (${message}): check the user and pg_hba.conf, ${correct}.`;
    case '3D000':
      return `There is no database ${database} at ${host}: create it with CREATE DATABASE ${quoted(database)}; ${correct}.`;
    case '42501':
      return `The user ${user} lacks a privilege in the database ${database} at ${host} (${message}): start this version once as the owner of the schemas greenvue and greenvue_jobs, or have the owner grant the privilege.`;
    case '25006':
      return `The database ${database} at ${host} is read-only (${message}): set ${variable} to the URL of the primary.`;
    case '42P01':
      return `The database ${database} at ${host} lacks tables of the other one (${message}): DATABASE_URL and DATABASE_DIRECT_URL must point to the same database.`;
    case '53300':
      return `PostgreSQL at ${host} has no connection left (${message}): raise its max_connections, or start fewer nodes.`;
    case '57P03':
      return `PostgreSQL at ${host} does not accept connections yet (${message}): start GreenVue again in a moment.`;
    default:
      break;
  }
  if (code !== undefined && CERTIFICATE.test(code)) {
    return `PostgreSQL at ${host} has a certificate that ${variable} does not accept (${message}): use the host name of the certificate, and name its authority with sslrootcert=/etc/ssl/postgres-ca.pem.`;
  }
  if (message === 'The server does not support SSL connections') {
    return `PostgreSQL at ${host} does not support TLS, which ${variable} requires: set ssl = on in its postgresql.conf, or remove sslmode from ${variable}.`;
  }
  if (message.startsWith('SASL') && password === '') {
    return `PostgreSQL at ${host} requires the password of the user ${user}: add it to ${variable}.`;
  }
  if (code === undefined || SQLSTATE.test(code) === false) {
    return `PostgreSQL at ${host} can't be reached (${message}): check the server, the network and the firewall, ${correct}.`;
  }
  return `The database ${database} at ${host} can't be used (${code}: ${message}).`;
}

/** Codes of Node for a refused certificate. */
const CERTIFICATE = /^(?:CERT_|ERR_TLS_CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)/;
const SQLSTATE = /^[0-9A-Z]{5}$/;

function codeAndMessage(error: unknown): { readonly code: string | undefined; readonly message: string } {
  if (!(error instanceof Error)) return { code: undefined, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // The error for a host with several addresses has an empty message.
  return { code, message: error.message === '' ? (code ?? error.name) : error.message };
}

/** A name as a quoted identifier of SQL. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
