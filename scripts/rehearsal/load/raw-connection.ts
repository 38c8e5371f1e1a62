import { connect, type Socket } from 'node:net';

/** The part of an answer that the load counts. */
export interface RawAnswer {
  readonly status: number;
  readonly hasRetryAfter: boolean;
}

/**
 * One HTTP connection with one request at a time. Writes prepared bytes and reads little of the answer, so
 * that the load costs less CPU than the server under load. Answers need a content length.
 */
export class RawConnection {
  readonly #socket: Socket;
  #text = '';
  #pending: { resolve(answer: RawAnswer): void; reject(error: Error): void } | undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1').setNoDelay().setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#read(text));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** Rejects when the connection breaks or no answer comes in time; the connection is then closed. */
  ask(request: string, timeoutMs: number): Promise<RawAnswer> {
    return new Promise<RawAnswer>((resolve, reject) => {
      const timer = setTimeout(() => this.#socket.destroy(new Error(TIMED_OUT)), timeoutMs);
      this.#pending = {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.reject(error);
  }

  #read(text: string): void {
    this.#text += text;
    const end = this.#text.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#text.slice(0, end).toLowerCase();
    const [, length = '0'] = /\r\ncontent-length: (\d+)/.exec(head) ?? [];
    if (this.#text.length < end + 4 + Number(length)) return;
    this.#text = '';
    const pending = this.#pending;
    this.#pending = undefined;
    if (/\r\nconnection: close/.test(head)) this.#socket.end();
    pending?.resolve({
      status: Number(head.slice(9, 12)),
      hasRetryAfter: head.includes('\r\nretry-after: '),
    });
  }
}

export const TIMED_OUT = 'no answer in time';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Empty for an anonymous request. */
  readonly token: string;
  readonly body?: object;
}

/** The bytes of a request. */
export function rawRequest({ method, path, token, body }: RawRequest): string {
  const json = body === undefined ? '' : JSON.stringify(body);
  return [
    `${method} ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    ...(token === '' ? [] : [`authorization: Bearer ${token}`]),
    ...(body === undefined ? [] : ['content-type: application/json']),
    ...(method === 'GET' ? [] : [`content-length: ${Buffer.byteLength(json)}`]),
    '',
    json,
  ].join('\r\n');
}
