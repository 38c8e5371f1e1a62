import { connect, createServer, type Socket } from 'node:net';

/**
 * What a proxy does to the bytes of one direction. As with packet loss under TCP, bytes arrive late or never.
 */
export interface Conditions {
  readonly toServer: 'pass' | 'hold';
  readonly toNode: 'pass' | 'hold';
  /** In each direction. */
  readonly latencyMs: number;
  /** All connections, open and new, get a TCP reset at both ends. */
  readonly resets: boolean;
}

export const CALM: Conditions = { toServer: 'pass', toNode: 'pass', latencyMs: 0, resets: false };

export interface NodeProxy {
  readonly port: number;
  set(conditions: Conditions): void;
}

/** Listens on 127.0.0.1 for one node and forwards its connections to the server's port. */
export function startProxy(serverPort: number): Promise<NodeProxy> {
  let conditions = CALM;
  const pipes = new Set<Pipe>();
  const sockets = new Set<Socket>();
  const listener = createServer({ noDelay: true, allowHalfOpen: true }, (node) => {
    if (conditions.resets) return void node.resetAndDestroy();
    const server = connect({ host: '127.0.0.1', port: serverPort, noDelay: true, allowHalfOpen: true });
    const add = (from: Socket, to: Socket, isHeld: () => boolean) => {
      const pipe = createPipe(from, to, { isHeld, latencyMs: () => conditions.latencyMs });
      pipes.add(pipe);
      sockets.add(from);
      from.once('close', () => {
        sockets.delete(from);
        pipe.close(() => void pipes.delete(pipe));
      });
    };
    add(node, server, () => conditions.toServer === 'hold');
    add(server, node, () => conditions.toNode === 'hold');
  });
  return new Promise((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      if (address === null || typeof address === 'string') return reject(new Error('The proxy has no port.'));
      resolve({
        port: address.port,
        set(next) {
          conditions = next;
          if (conditions.resets) for (const socket of sockets) socket.resetAndDestroy();
          for (const pipe of pipes) pipe.flush();
        },
      });
    });
  });
}

interface Pipe {
  /** Forwards the bytes that are due. */
  flush(): void;
  /** The source has closed: closes the target after all earlier bytes have arrived. */
  close(closed: () => void): void;
}

interface PipeOptions {
  isHeld(): boolean;
  latencyMs(): number;
}

function createPipe(from: Socket, to: Socket, { isHeld, latencyMs }: PipeOptions): Pipe {
  /** In the order of arrival. */
  const waiting: { readonly at: number; deliver(): void }[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (isHeld()) return;
    const now = performance.now();
    for (let next = waiting[0]; next !== undefined && next.at <= now; next = waiting[0]) {
      waiting.shift();
      next.deliver();
    }
    const [head] = waiting;
    if (head !== undefined) timer = setTimeout(flush, head.at - now);
  };
  const send = (deliver: () => void) => {
    const last = waiting.at(-1)?.at ?? 0;
    waiting.push({ at: Math.max(performance.now() + latencyMs(), last), deliver });
    if (waiting.length === 1) flush();
  };
  from.on('data', (chunk) => send(() => void to.write(chunk)));
  from.on('end', () => send(() => void to.end()));
  // A reset, or a port without a listener: 'close' follows.
  from.on('error', () => undefined);
  return {
    flush,
    close: (closed) =>
      send(() => {
        // After an orderly end, the target still gets the bytes sent before it.
        if (!from.readableEnded) to.destroy();
        closed();
      }),
  };
}
