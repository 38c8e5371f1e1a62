import type { NodeEvent, Notice } from '../../../core/nodes/membership.ts';
import { isRecord } from '../../../core/objects.ts';
import type { NoticeMessage } from './control-protocol.ts';

/** Notices within this time go out together. Equal notices go out once. */
const COALESCE_MS = 5;
/** PostgreSQL accepts less than 8,000 bytes. */
const MAX_BYTES = 7_900;
/** For the runs or events of one notice. The rest of the message needs the remaining bytes. */
const MAX_PIECE_BYTES = 7_400;

/** Sends this node's notices to the other nodes, with one statement for several milliseconds of notices. */
export class Notifier {
  readonly #from: string;
  readonly #send: (payloads: readonly string[]) => Promise<unknown>;
  readonly #waiting = new Map<string, Notice>();
  #sending: Promise<unknown> = Promise.resolve();

  constructor(from: string, send: (payloads: readonly string[]) => Promise<unknown>) {
    this.#from = from;
    this.#send = send;
  }

  notify(notice: Notice): void {
    if (this.#waiting.size === 0) {
      this.#sending = new Promise((resolve) => setTimeout(() => resolve(this.#sendAll()), COALESCE_MS));
    }
    this.#waiting.set(JSON.stringify(notice), notice);
  }

  /** Resolves after all notices are sent. */
  flush(): Promise<unknown> {
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    const payloads = payloadsOf(this.#from, [...this.#waiting.values()]);
    this.#waiting.clear();
    // Other nodes find the changes of a lost notice at their next look, twice a second.
    await this.#send(payloads).catch(() => undefined);
  }
}

/** The fewest payloads that hold the notices in their order. */
export function payloadsOf(from: string, notices: readonly Notice[]): string[] {
  const room = MAX_BYTES - sizeOf({ from, notices: [] } satisfies NoticeMessage);
  return groupsOf(notices.flatMap(piecesOf), room).map((some) =>
    JSON.stringify({ from, notices: some } satisfies NoticeMessage),
  );
}

/** Reads a payload. Undefined if no node sent it, because any database user can send payloads. */
export function messageIn(payload: string): NoticeMessage | undefined {
  try {
    const message: unknown = JSON.parse(payload);
    const { from, notices } = isRecord(message) ? message : {};
    if (typeof from === 'string' && Array.isArray(notices))
      return { from, notices: notices.filter(isNotice) };
  } catch {
    // Another program uses this channel. That is no error.
  }
  return undefined;
}

function isNotice(value: unknown): value is Notice {
  if (!isRecord(value)) return false;
  switch (value.kind) {
    case 'wake':
    case 'all_paused':
      return true;
    case 'job_changed':
      return typeof value.jobId === 'string';
    case 'node_drain':
      return typeof value.nodeId === 'string';
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
  const { at, type, jobId, runId = '', count = 0, reason = '', error = NO_ERROR, data = {} } = value;
  const isInstant = typeof at === 'number' && !Number.isNaN(new Date(at).getTime());
  const names = [type, jobId, runId, reason].every((name) => typeof name === 'string');
  return isInstant && names && typeof count === 'number' && isEventError(error) && isRecord(data);
}

const NO_ERROR = { name: '', message: '' };

function isEventError(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const { name, message, code = '' } = value;
  return [name, message, code].every((text) => typeof text === 'string');
}

/** Splits a notice into pieces that each fit into a payload. */
function piecesOf(notice: Notice): Notice[] {
  switch (notice.kind) {
    case 'wake':
    case 'job_changed':
    case 'all_paused':
    case 'node_drain':
      return [notice];
    case 'cancel':
      return groupsOf(notice.runIds, MAX_PIECE_BYTES).map((runIds) => ({ kind: 'cancel', runIds }));
    case 'events':
      return groupsOf(notice.events.map(fitting), MAX_PIECE_BYTES).map((events) => ({
        kind: 'events',
        events,
      }));
    default:
      return notice satisfies never;
  }
}

/** An event that alone is too large for a payload is sent without its data. */
function fitting(event: NodeEvent): NodeEvent {
  return sizeOf(event) < MAX_PIECE_BYTES ? event : { ...event, data: {} };
}

/** Groups the values in order, each group as large as `room` allows. */
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
