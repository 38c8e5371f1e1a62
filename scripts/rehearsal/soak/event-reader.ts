import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../faults/random.ts';
import type { Site } from './site.ts';

interface Reader {
  readonly random: Random;
  isOver(): boolean;
}

/** Reads the event stream as the console does: for 5 to 25 s, then opens the next one, until it is over. */
export async function watchEvents(site: Site, node: number, { random, isOver }: Reader): Promise<void> {
  while (!isOver()) {
    const ends = Date.now() + 5_000 + random.below(20_000);
    const stream = openEvents(site, node, true);
    while (!isOver() && Date.now() < ends && !stream.isClosed()) await delay(200);
    stream.close();
    await delay(200 + random.below(1_000));
  }
}

/** Opens an event stream on a connection of its own. `reads`: false never reads what arrives. */
export function openEvents(site: Site, node: number, reads: boolean) {
  const { hostname, port } = new URL(site.urls[node % site.urls.length] ?? '');
  const asked = request({
    hostname,
    port,
    path: '/api/job-events',
    headers: { authorization: `Bearer ${site.token}`, accept: 'text/event-stream' },
    agent: false,
  });
  let isClosed = false;
  asked.on('response', (answer) => {
    if (reads) answer.resume();
    answer.on('error', () => undefined);
  });
  asked.on('error', () => undefined);
  asked.on('close', () => {
    isClosed = true;
  });
  asked.end();
  return { isClosed: () => isClosed, close: () => void asked.destroy() };
}
