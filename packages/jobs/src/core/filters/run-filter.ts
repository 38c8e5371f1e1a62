import {
  type ErrorCause,
  isLiveRun,
  type JsonText,
  REASONS,
  type Run,
  type RunReason,
  type RunStatus,
  type ShownTrigger,
  shownTrigger,
} from '../model/run.ts';
import { isRecord, keysOf } from '../objects.ts';

/** Which runs a list shows, apart from their job and their time. Default: all. */
export interface RunFilter {
  /** One of these. */
  readonly status?: RunStatus | readonly RunStatus[] | undefined;
  /** One of these. */
  readonly reason?: RunReason | readonly RunReason[] | undefined;
  readonly trigger?: ShownTrigger | undefined;
  /** The id of the node that runs the run, or ran it last. */
  readonly node?: string | undefined;
  /** Failed runs with this fingerprint (P41, run records). */
  readonly fingerprint?: string | undefined;
  /**
   * Runs with an error whose name, code, message or stack, or that of a cause, contains this text, in any
   * case. Only failed runs, unless `status` says otherwise.
   */
  readonly error?: string | undefined;
  /** Runs that ran with these values in their payload, or would run with them now. */
  readonly payload?: readonly PayloadField[] | undefined;
}

/** A field of a payload. `path`: its keys from the outside in. `value`: as text, such as `42` or `true`. */
export interface PayloadField {
  readonly path: readonly string[];
  readonly value: string;
}

/** A run, and the payload that it ran with. */
export interface FilteredRun {
  readonly run: Run;
  readonly ranWith?: JsonText | undefined;
}

/** Whether a list with this filter shows a run. */
export function isShown({ run, ranWith }: FilteredRun, filter: RunFilter): boolean {
  const { trigger, node, fingerprint, error, payload } = filter;
  const statuses = statusesOf(filter);
  if (statuses !== undefined && !statuses.includes(run.status)) return false;
  const { reason, fingerprint: own } = isLiveRun(run) ? {} : run;
  if (filter.reason !== undefined && !(reason !== undefined && listOf(filter.reason).includes(reason)))
    return false;
  if (trigger !== undefined && trigger !== shownTrigger(run)) return false;
  if ((fingerprint ?? own) !== own) return false;
  if (node !== undefined && nodeOf(run) !== node) return false;
  if (error !== undefined && !hasError(run, error.toLowerCase())) return false;
  return payload === undefined || hasFields(run.payload ?? ranWith, payload);
}

/** The statuses that a filter leaves; undefined: all. A reason and an error text imply some. */
export function statusesOf({
  status,
  reason,
  error,
  fingerprint,
}: RunFilter): readonly RunStatus[] | undefined {
  if (status !== undefined) return listOf(status);
  if (reason !== undefined)
    return STATUSES.filter((one) => listOf(reason).some((known) => isReasonOf(one, known)));
  return error === undefined && fingerprint === undefined ? undefined : ['failed'];
}

const STATUSES = keysOf(REASONS);

function isReasonOf(status: keyof typeof REASONS, reason: RunReason): boolean {
  return Object.hasOwn(REASONS[status], reason);
}

/** One value or several. */
export function listOf<T extends string>(value: T | readonly T[]): readonly T[] {
  return typeof value === 'string' ? [value] : value;
}

function nodeOf(run: Run): string | undefined {
  return isLiveRun(run) ? run.claim?.node : run.node;
}

function hasError({ errors }: Run, text: string): boolean {
  const contains = ({ name, message, code = '', stack = '' }: Omit<ErrorCause, 'depth'>) =>
    [name, message, code, stack].some((part) => part.toLowerCase().includes(text));
  return errors.some((error) => contains(error) || error.causes?.some(contains) === true);
}

function hasFields(payload: JsonText | undefined, fields: readonly PayloadField[]): boolean {
  if (payload === undefined) return false;
  const parsed: unknown = JSON.parse(payload);
  return fields.every(({ path, value }) => {
    const found = path.reduce<unknown>(
      (at, key) => (isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined),
      parsed,
    );
    // A text as it is, all else as JSON: 42, true, null.
    return found !== undefined && (typeof found === 'string' ? found : JSON.stringify(found)) === value;
  });
}
