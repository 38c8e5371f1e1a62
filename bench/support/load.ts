import { connect, type Socket } from 'node:net';
import autocannon from 'autocannon';
import { percentile, sleep } from './measure.ts';

export interface Load {
  readonly p50: number;
  readonly p99: number;
  readonly perSecond: number;
  readonly failed: number;
}

export interface FixedRate {
  readonly perSecond: number;
  readonly seconds: number;
  /** Called from time to time; false ends the load. Default: always true. */
  readonly whileTrue?: () => boolean | Promise<boolean>;
}

/**
 * Sends requests at fixed times and measures from those times, so that a slow server cannot slow the clock
 * (no coordinated omission).
 */
export async function fixedRate(
  url: string,
  { perSecond, seconds, whileTrue = () => true }: FixedRate,
): Promise<Load> {
  const times: number[] = [];
  let failed = 0;
  const begin = performance.now();
  const open: Promise<void>[] = [];
  const client = createClient(new URL(url));
  for (let n = 0; n < perSecond * seconds; n++) {
    const at = begin + (n * 1_000) / perSecond;
    const wait = at - performance.now();
    if (wait > 1) await sleep(wait);
    if (n % 50 === 0 && !(await whileTrue())) break;
    // A timer may fire a little early.
    const from = Math.min(at, performance.now());
    open.push(
      client.ask().then(
        (status) => {
          if (status !== 200) failed++;
          times.push(performance.now() - from);
        },
        () => void failed++,
      ),
    );
  }
  await Promise.all(open);
  client.close();
  return {
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    perSecond: times.length / ((performance.now() - begin) / 1_000),
    failed,
  };
}

/**
 * Requests one path over as many connections as needed. Sends raw bytes and reads as few as possible: client
 * and server share the cores, and `node:http` would measure much of itself.
 */
function createClient({ hostname, port, pathname, search }: URL) {
  const text = `GET ${pathname}${search} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n\r\n`;
  const all: Connection[] = [];
  const idle: Connection[] = [];
  return {
    /** Returns the status. */
    async ask(): Promise<number> {
      let connection = idle.pop();
      // The server has closed connections that were idle for long.
      while (connection?.socket.writable === false) connection = idle.pop();
      connection ??= open();
      const status = await connection.ask(text);
      idle.push(connection);
      return status;
    },
    close: () => {
      for (const { socket } of all) socket.destroy();
    },
  };

  function open(): Connection {
    const connection = new Connection(connect(Number(port), hostname));
    all.push(connection);
    return connection;
  }
}

/** One request at a time; answers need a content length. */
class Connection {
  readonly socket: Socket;
  #answer = '';
  #resolve: (status: number) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket.setNoDelay().setEncoding('latin1');
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', (error) => this.#reject(error));
    socket.on('close', () => this.#reject(new Error('the connection was closed')));
  }

  ask(text: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.socket.write(text);
    });
  }

  #read(text: string): void {
    this.#answer += text;
    const head = this.#answer.indexOf('\r\n\r\n');
    if (head < 0) return;
    const [, length] = /\r\ncontent-length: (\d+)\r\n/i.exec(this.#answer) ?? [];
    if (length === undefined)
      return this.#reject(new Error(`the answer has no content length: ${this.#answer}`));
    if (this.#answer.length < head + 4 + Number(length)) return;
    const status = Number(this.#answer.slice(9, 12));
    this.#answer = '';
    this.#resolve(status);
  }
}

/** The most requests that 20 connections complete. */
export async function saturated(url: string, seconds: number): Promise<autocannon.Result> {
  return autocannon({ url, connections: 20, duration: seconds });
}
