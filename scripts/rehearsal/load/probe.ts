import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProbeRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  /** Each request opens a connection, as a new client does. Default: one connection, opened before the load. */
  readonly isNewClient?: boolean;
}

export interface ProbeSample {
  readonly name: string;
  /** `performance.now()` of its start. */
  readonly at: number;
  readonly ms: number;
  /** 0: no answer within {@link PROBE_TIMEOUT_MS}, or a broken connection. */
  readonly status: number;
  readonly hasRetryAfter: boolean;
}

export const PROBE_TIMEOUT_MS = 10_000;
const EVERY_MS = 200;

export interface Probe {
  readonly samples: readonly ProbeSample[];
  stop(): Promise<void>;
}

/** Sends each request every 200 ms, one at a time on a connection of its own, until `stop`. */
export function startProbe(port: number, token: string, requests: readonly ProbeRequest[]): Probe {
  const samples: ProbeSample[] = [];
  let isOver = false;
  const loops = requests.map(async (asked) => {
    // Connected before the load, so that the probe measures the server and not the listen queue.
    const agent = new Agent({ keepAlive: asked.isNewClient !== true, maxSockets: 1 });
    while (!isOver) {
      const at = performance.now();
      const answer = await ask(port, token, asked, agent);
      const ms = performance.now() - at;
      samples.push({ name: asked.name, at, ms, ...answer });
      await delay(Math.max(EVERY_MS - ms, 1));
    }
    agent.destroy();
  });
  return {
    samples,
    async stop() {
      isOver = true;
      await Promise.all(loops);
    },
  };
}

type Answer = Pick<ProbeSample, 'status' | 'hasRetryAfter'>;

function ask(
  port: number,
  token: string,
  { method, path, body }: ProbeRequest,
  agent: Agent,
): Promise<Answer> {
  return new Promise((resolve) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    asked.on('response', (answer) => {
      answer.resume();
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          hasRetryAfter: answer.headers['retry-after'] !== undefined,
        }),
      );
      answer.on('close', () => resolve({ status: 0, hasRetryAfter: false }));
    });
    asked.on('error', () => resolve({ status: 0, hasRetryAfter: false }));
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
