import { createRequire } from 'node:module';
import type pg from 'pg';

/**
 * The package `pg`. Node reports a missing package with the file that imports it; a user needs the command
 * that installs it. A static import cannot be caught, and an awaited one would make `require` of this package
 * fail.
 */
export const driver: typeof pg = load();

function load(): typeof pg {
  try {
    return createRequire(import.meta.url)('pg');
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new Error(
      '@greenvue/jobs/postgres needs the package pg, and it is not installed. Install it: npm install pg',
      { cause: error },
    );
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    Reflect.get(error, 'code') === 'MODULE_NOT_FOUND' &&
    error.message.includes("'pg'")
  );
}
