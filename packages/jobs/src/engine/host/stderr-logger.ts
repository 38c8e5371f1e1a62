import type { ErrorCause } from '../../core/model/run.ts';
import { safeJson, safeText } from '../attempts/safe-text.ts';
import { checkThrown, readThrown, type ThrownError } from '../attempts/thrown-error.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';

const LINE_LIMIT = 8_000;

/** The default logger: warnings, errors and failed attempts go to stderr, one line each, without stacks. */
export function stderrLogger(write: (line: string) => void = toStderr): EngineLogger {
  const writer = (level: string) => (fields: object, message: string) =>
    write(lineOf(level, fields, message));
  const info = writer('info');
  return {
    // The failure of an attempt whose run is retried is logged at `info`, with its error.
    isLevelEnabled: (level) => level !== 'debug',
    debug: () => undefined,
    info: (fields, message) => 'err' in fields && info(fields, message),
    warn: writer('warn'),
    error: writer('error'),
  };
}

function lineOf(level: string, fields: object, message: string): string {
  const { err, ...rest } = { err: undefined, ...fields };
  const parts = [`@greenvue/jobs ${level}: ${message}`];
  if (err !== undefined) parts.push(chainOf(err));
  if (Object.keys(rest).length > 0) parts.push(safeJson(rest));
  return safeText(parts.join(' | '), LINE_LIMIT).replaceAll(/\s*[\r\n]\s*/g, ' ');
}

function chainOf(err: unknown): string {
  const { causes = [], ...error } = err instanceof Error ? readThrown(err) : loggedError(err);
  return [error, ...causes].map(errorLine).join(', caused by ');
}

/** The error of an attempt, as the engine logs it. */
function loggedError(err: unknown): ThrownError {
  const { causes, ...error } = named(err);
  return checkThrown({ ...error, causes: Array.isArray(causes) ? causes.map(named) : [] });
}

function named(err: unknown): Readonly<Record<string, unknown>> {
  const { type, ...rest }: Readonly<Record<string, unknown>> = { ...Object(err) };
  return { name: type, ...rest };
}

function errorLine({ name, message, code }: Omit<ErrorCause, 'depth'>): string {
  return code === undefined || message.includes(code)
    ? `${name}: ${message}`
    : `${name}: ${message} (${code})`;
}

// console.error, since a stderr that nobody reads must not end the process.
function toStderr(line: string): void {
  console.error(line);
}
