import { execFileSync } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cluster } from '../cluster.ts';
import type { Fault } from '../fault.ts';
import type { Injury } from '../injury.ts';
import { cutOff } from './network.ts';
import { oneOf } from './nodes.ts';

/**
 * Faults of a real network: the node runs in a network namespace of its own, and packets to the server get
 * lost. Needs root and `ip` (Debian: `apt install iproute2`).
 */
export const NAMESPACE_FAULTS: readonly Fault[] = [
  {
    name: 'netns-cut',
    title: 'a node in a network namespace is cut off, in both directions',
    missing,
    inject: (c) => cutInNamespace(c, ['to server', 'to node']),
  },
  {
    name: 'netns-cut-to-server',
    title: 'packets of a node in a network namespace do not reach the server',
    missing,
    inject: (c) => cutInNamespace(c, ['to server']),
  },
  {
    name: 'netns-cut-to-node',
    title: 'packets of the server do not reach a node in a network namespace',
    missing,
    inject: (c) => cutInNamespace(c, ['to node']),
  },
];

type Direction = 'to server' | 'to node';

const NETWORK = '10.219.7';
const SERVER = `${NETWORK}.1`;
const NODE = `${NETWORK}.2`;
/** No machine has this address: packets to it are dropped silently. */
const NOBODY = '02:00:00:00:00:99';

function missing(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const name = `chaos-try-${process.pid}`;
  try {
    ip('netns', 'add', name);
  } catch (error) {
    return `network namespaces can't be made here (${String(error).split('\n')[0]}); is iproute2 installed?`;
  }
  ip('netns', 'del', name);
  return undefined;
}

async function cutInNamespace(cluster: Cluster, directions: readonly Direction[]): Promise<Injury> {
  const node = oneOf(cluster);
  const space = createNamespace();
  try {
    await letIn(cluster);
    await node.stop();
    const url = new URL(cluster.directUrl);
    url.hostname = SERVER;
    await cluster.start(node, { url: url.href, controlUrl: url.href, namespace: space.name });
    await delay(SETTLE_MS);
    const { life } = node;
    const beganAt = Date.now();
    for (const direction of directions) space.drop(direction);
    await delay(cluster.scale.cutMs);
    for (const direction of directions) space.pass(direction);
    const healedAt = Date.now();
    // The runs of the cut-off node start elsewhere. It must rejoin before the test stops it.
    await delay(SETTLE_MS);
    await node.stop();
    await cluster.start(node);
    return cutOff(life, beganAt, healedAt);
  } finally {
    space.remove();
  }
}

const SETTLE_MS = 3_000;

interface Namespace {
  readonly name: string;
  drop(direction: Direction): void;
  pass(direction: Direction): void;
  remove(): void;
}

/** A namespace that is connected to this one by a virtual cable. */
function createNamespace(): Namespace {
  const name = `chaos-${process.pid}`;
  const outside = `chaos${process.pid % 1_000_000}o`;
  const inside = `chaos${process.pid % 1_000_000}i`;
  const within = (...args: string[]) => ip('netns', 'exec', name, 'ip', ...args);
  ip('netns', 'add', name);
  ip('link', 'add', outside, 'type', 'veth', 'peer', 'name', inside);
  ip('link', 'set', inside, 'netns', name);
  ip('addr', 'add', `${SERVER}/30`, 'dev', outside);
  ip('link', 'set', outside, 'up');
  within('addr', 'add', `${NODE}/30`, 'dev', inside);
  within('link', 'set', inside, 'up');
  within('link', 'set', 'lo', 'up');
  const neighbour = (verb: 'replace' | 'del', direction: Direction) => {
    const rest = verb === 'replace' ? ['lladdr', NOBODY, 'nud', 'permanent'] : [];
    if (direction === 'to server') within('neigh', verb, SERVER, 'dev', inside, ...rest);
    else ip('neigh', verb, NODE, 'dev', outside, ...rest);
  };
  const remove = () => {
    process.removeListener('exit', remove);
    ip('link', 'del', outside);
    ip('netns', 'del', name);
  };
  // Otherwise the namespace outlives the process after Ctrl-C.
  process.once('exit', remove);
  return {
    name,
    drop: (direction) => neighbour('replace', direction),
    pass: (direction) => neighbour('del', direction),
    remove,
  };
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Lets the server accept connections from that network. */
async function letIn({ server, admin }: Cluster): Promise<void> {
  const [known] = await admin.rows(KNOWN, [SERVER.slice(0, -2)]);
  if (known !== undefined) return;
  appendFileSync(join(server.dataDir, 'pg_hba.conf'), `host all all ${NETWORK}.0/30 trust\n`);
  await admin.rows('SELECT pg_reload_conf()');
}

const KNOWN = `SELECT FROM pg_hba_file_rules WHERE address LIKE $1 || '%'`;
