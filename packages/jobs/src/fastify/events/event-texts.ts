import { randomBytes } from 'node:crypto';
import type { JobEvent } from '../../core/events.ts';
import { eventJson } from '../../http/index.ts';

/** Events as all streams of a process write them. */
export class EventTexts {
  /** Names this process: ids of events begin anew in each. */
  readonly #epoch = randomBytes(6).toString('hex');
  /** An event is written once, however many streams tell it. */
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

  /** The event that a client has seen last; `unknown` for one of another process, or of none. */
  numberOf(lastEventId: string | undefined): number | undefined | 'unknown' {
    if (lastEventId === undefined) return undefined;
    const isOurs = lastEventId.startsWith(`${this.#epoch}-`);
    const [, number] = isOurs ? (/-(\d{1,15})$/.exec(lastEventId) ?? []) : [];
    return number === undefined ? 'unknown' : Number(number);
  }
}
