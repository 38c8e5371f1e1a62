import { randomBytes } from 'node:crypto';
import type { JobEvent } from '../../core/model/events.ts';
import { eventJson } from '../views/event.ts';

/** The text of events, shared by all streams of a process. */
export class EventTexts {
  /** Identifies this process: the numbers of events start at 1 in each process. */
  readonly #epoch = randomBytes(6).toString('hex');
  /** Each event is serialized once for all streams. */
  readonly #texts = new WeakMap<JobEvent, string>();

  textOf(event: JobEvent): string {
    const known = this.#texts.get(event);
    if (known !== undefined) return known;
    const id = this.idOf(event.id);
    const text = `id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(eventJson(event, id))}\n\n`;
    this.#texts.set(event, text);
    return text;
  }

  idOf(id: number): string {
    return `${this.#epoch}-${id}`;
  }

  /** The number of the last event that a client has received; `unknown` if its id is of another process. */
  numberOf(lastEventId: string | undefined): number | undefined | 'unknown' {
    if (lastEventId === undefined) return undefined;
    const isOurs = lastEventId.startsWith(`${this.#epoch}-`);
    const [, number] = isOurs ? (/-(\d{1,15})$/.exec(lastEventId) ?? []) : [];
    return number === undefined ? 'unknown' : Number(number);
  }
}
