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
  const payloads: string[] = [];
  let told: Notice[] = [];
  let bytes = 0;
  const start = sizeOf({ from, notices: [] } satisfies Told);
  const close = () => {
    if (told.length > 0) payloads.push(JSON.stringify({ from, notices: told } satisfies Told));
    told = [];
    bytes = start;
  };
  close();
  for (const notice of notices.flatMap(piecesOf)) {
    const size = sizeOf(notice) + 1;
    if (bytes + size > MAX_BYTES) close();
    told.push(notice);
    bytes += size;
  }
  close();
  return payloads;
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
      return inPieces(notice.events).map((events) => ({ kind: 'events', events }));
    default:
      return notice satisfies never;
  }
}

function inPieces(events: readonly NodeEvent[]): NodeEvent[][] {
  const pieces: NodeEvent[][] = [];
  let left = 0;
  for (const event of events) {
    const fitting = sizeOf(event) < MAX_EVENTS_BYTES ? event : { ...event, data: {} };
    const size = sizeOf(fitting) + 1;
    const last = pieces.at(-1);
    if (last === undefined || size > left) {
      pieces.push([fitting]);
      left = MAX_EVENTS_BYTES - size;
    } else {
      last.push(fitting);
      left -= size;
    }
  }
  return pieces;
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
