import type { NodeEvent, Notice } from '../../../core/nodes/membership.ts';
import { isRecord } from '../../../core/objects.ts';
import type { Told } from './control-protocol.ts';

/** What gathers within so long is told together, each thing once. */
const COALESCE_MS = 5;
/** PostgreSQL takes less than 8,000 bytes. */
const MAX_BYTES = 7_900;
const RUNS_EACH = 200;
/** Leaves room for what goes around it. */
const MAX_EVENTS_BYTES = 7_400;

export interface Teller {
  tell(notice: Notice): void;
  /** Ends when all that was told so far is on its way. */
  flush(): Promise<void>;
}

/** Tells the others what gathers in a few milliseconds with one statement. */
export function createTeller(
  from: string,
  notify: (payloads: readonly string[]) => Promise<unknown>,
): Teller {
  let waiting = new Map<string, Notice>();
  let telling: Promise<void> = Promise.resolve();
  const send = async () => {
    const notices = [...waiting.values()];
    waiting = new Map();
    // What is not told is found by the others as they look, twice a second.
    await notify(payloadsOf(from, notices)).catch(() => undefined);
  };
  return {
    tell(notice) {
      if (waiting.size === 0) {
        telling = new Promise((resolve) => void setTimeout(() => resolve(send()), COALESCE_MS));
      }
      waiting.set(JSON.stringify(notice), notice);
    },
    flush: () => telling,
  };
}

/** As few payloads as there is room in, in the order of the notices. */
export function payloadsOf(from: string, notices: readonly Notice[]): string[] {
  const room = MAX_BYTES - sizeOf({ from, notices: [] } satisfies Told);
  return groupsOf(notices.flatMap(piecesOf), room).map((told) =>
    JSON.stringify({ from, notices: told } satisfies Told),
  );
}

/**
 * The notice in a payload; undefined for one that no node of this version sends. Any user of the database can
 * send payloads.
 */
export function toldIn(payload: string): Told | undefined {
  const told = jsonOf(payload);
  if (!isRecord(told) || typeof told.from !== 'string' || !Array.isArray(told.notices)) return undefined;
  return { from: told.from, notices: told.notices.filter(isNotice) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Somebody else's words: there is nobody here to be told of them.
    return undefined;
  }
}

function isNotice(value: unknown): value is Notice {
  if (!isRecord(value)) return false;
  switch (value.kind) {
    case 'wake':
      return true;
    case 'job_changed':
      return typeof value.jobId === 'string';
    case 'cancel':
      return Array.isArray(value.runIds) && value.runIds.every((id) => typeof id === 'string');
    case 'events':
      return Array.isArray(value.events) && value.events.every(isNodeEvent);
    default:
      return false;
  }
}

function isNodeEvent(value: unknown): value is NodeEvent {
  if (!isRecord(value)) return false;
  const { at, type, jobId, runId = '', count = 0, data = {} } = value;
  const isInstant = typeof at === 'number' && !Number.isNaN(new Date(at).getTime());
  const names = [type, jobId, runId].every((name) => typeof name === 'string');
  return isInstant && names && typeof count === 'number' && isRecord(data);
}

/** A notice in pieces that each fit into a payload. */
function piecesOf(notice: Notice): Notice[] {
  switch (notice.kind) {
    case 'wake':
    case 'job_changed':
      return [notice];
    case 'cancel': {
      const pieces: Notice[] = [];
      for (let n = 0; n < notice.runIds.length; n += RUNS_EACH) {
        pieces.push({ kind: 'cancel', runIds: notice.runIds.slice(n, n + RUNS_EACH) });
      }
      return pieces;
    }
    case 'events':
      return groupsOf(notice.events.map(fitting), MAX_EVENTS_BYTES).map((events) => ({
        kind: 'events',
        events,
      }));
    default:
      return notice satisfies never;
  }
}

/** An event that is too large by itself is told without its data. */
function fitting(event: NodeEvent): NodeEvent {
  return sizeOf(event) < MAX_EVENTS_BYTES ? event : { ...event, data: {} };
}

/** Groups of as many as there is room for in each. */
function groupsOf<T>(all: readonly T[], room: number): T[][] {
  const groups: T[][] = [];
  let left = 0;
  for (const one of all) {
    const size = sizeOf(one) + 1;
    const last = groups.at(-1);
    if (last === undefined || size > left) {
      groups.push([one]);
      left = room - size;
    } else {
      last.push(one);
      left -= size;
    }
  }
  return groups;
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
