import { setTimeout as delay } from 'node:timers/promises';
import { RawConnection, type RawRequest, rawRequest, TIMED_OUT } from './raw-connection.ts';

export interface OpenLoop {
  readonly port: number;
  /** Sent in turn. `{n}` in a path stands for a running number, for example the number of a job. */
  readonly requests: readonly RawRequest[];
  /** The numbers for `{n}` are 0 to this one, without it. */
  readonly numbers: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** Clients at once. An arrival beyond them gives up without a request. */
  readonly clients: number;
  readonly timeoutMs: number;
}

export interface LoadResult {
  /** Arrivals, at the asked rate. */
  readonly offered: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Of the arrivals: every client was still waiting for an answer. */
  readonly gaveUp: number;
  readonly timedOut: number;
  /** The server closed or refused the connection. */
  readonly broken: number;
  /** Answers of 429 and 503 without `Retry-After`. */
  readonly withoutRetryAfter: number;
  readonly seconds: number;
}

const TICK_MS = 5;

/** Sends requests at a fixed rate, however slowly the server answers. */
export async function runOpenLoop(load: OpenLoop): Promise<LoadResult> {
  const counts = { gaveUp: 0, timedOut: 0, broken: 0, withoutRetryAfter: 0 };
  const statuses: Record<string, number> = {};
  const idle: RawConnection[] = [];
  const all = new Set<RawConnection>();
  const pending = new Set<Promise<void>>();

  const take = (): RawConnection | undefined => {
    for (let found = idle.pop(); found !== undefined; found = idle.pop()) {
      if (found.isOpen) return found;
      all.delete(found);
    }
    if (all.size >= load.clients) return undefined;
    const made = new RawConnection(load.port);
    all.add(made);
    return made;
  };
  const send = async (connection: RawConnection, text: string): Promise<void> => {
    try {
      const { status, hasRetryAfter } = await connection.ask(text, load.timeoutMs);
      statuses[status] = (statuses[status] ?? 0) + 1;
      if ((status === 429 || status === 503) && !hasRetryAfter) counts.withoutRetryAfter += 1;
      idle.push(connection);
    } catch (error) {
      all.delete(connection);
      if (error instanceof Error && error.message === TIMED_OUT) counts.timedOut += 1;
      else counts.broken += 1;
    }
  };

  const texts = load.requests.map(rawRequest);
  const begin = performance.now();
  let offered = 0;
  for (const end = begin + load.seconds * 1_000; performance.now() < end; await delay(TICK_MS)) {
    const due = Math.floor(((performance.now() - begin) / 1_000) * load.perSecond);
    for (; offered < due; offered++) {
      const connection = take();
      if (connection === undefined) {
        counts.gaveUp += due - offered;
        offered = due;
        break;
      }
      const text = texts[offered % texts.length] ?? '';
      const sent = send(connection, text.replace('{n}', String(offered % load.numbers)));
      pending.add(sent);
      void sent.finally(() => pending.delete(sent));
    }
  }
  const seconds = (performance.now() - begin) / 1_000;
  await Promise.all(pending);
  for (const connection of all) connection.close();
  return { offered, statuses, ...counts, seconds };
}
