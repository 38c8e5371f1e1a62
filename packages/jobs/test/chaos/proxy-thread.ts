import { parentPort, workerData } from 'node:worker_threads';
import { type Conditions, type NodeProxy, startProxy } from './proxy.ts';

/**
 * The proxies of all nodes, two for each, in a thread: on the event loop of the checks they would be slow
 * when it is busy.
 */
export interface ProxyInput {
  readonly serverPort: number;
  readonly names: readonly string[];
}

export type ToProxies = { readonly name: string; readonly conditions: Conditions };
export type FromProxies = { readonly ports: Readonly<Record<string, number>> };

if (parentPort !== null) {
  const port = parentPort;
  const { serverPort, names } = workerData as ProxyInput;
  const proxies = new Map<string, NodeProxy>();
  for (const name of names) proxies.set(name, await startProxy(serverPort));
  port.on('message', ({ name, conditions }: ToProxies) => proxies.get(name)?.set(conditions));
  const ports = Object.fromEntries([...proxies].map(([name, proxy]) => [name, proxy.port]));
  port.postMessage({ ports } satisfies FromProxies);
}
