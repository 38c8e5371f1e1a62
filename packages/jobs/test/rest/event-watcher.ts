import type { Mount } from './rest-server.ts';

export interface SentEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

/** Reads a stream over a real socket, as clients do. */
export class EventWatcher {
  readonly events: SentEvent[] = [];
  comments = 0;
  lastId = '';
  hasEnded = false;
  readonly #abort = new AbortController();

  async watch(mount: Mount, query: string, headers: Record<string, string> = {}): Promise<Response> {
    const response = await mount.open(`/api/job-events${query}`, { headers, signal: this.#abort.signal });
    if (response.status === 200) void this.#read(response);
    return response;
  }

  leave(): void {
    this.#abort.abort();
  }

  async #read(response: Response): Promise<void> {
    let text = '';
    try {
      for await (const chunk of (response.body ?? new ReadableStream()).pipeThrough(
        new TextDecoderStream(),
      )) {
        text += chunk;
        for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
          this.#take(text.slice(0, end));
          text = text.slice(end + 2);
        }
      }
      this.hasEnded = true;
    } catch (error) {
      if (!this.#abort.signal.aborted) throw error;
    }
  }

  #take(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    );
    this.lastId = fields.get('id') ?? this.lastId;
    const data = fields.get('data');
    if (data === undefined) this.comments += 1;
    else this.events.push({ id: this.lastId, event: fields.get('event') ?? '', data: JSON.parse(data) });
  }
}
