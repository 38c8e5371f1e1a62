// A process that receives the requests of jobs and alerts. `/work?ms=N` answers after N ms, `/fail` with a 500.
// `/alerts/…` answers only while the receiver is open (`/open`, `/close`). Every other path returns what arrived.
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Seen } from './seen.ts';

const messageSchema = z.object({ data: z.object({ count: z.number() }) });

const runs = new Set<string>();
const hanging = new Set<ServerResponse>();
let requests = 0;
let failures = 0;
let alerts = 0;
let isOpen = false;

const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://receiver');
  if (pathname === '/work') {
    requests += 1;
    runs.add(String(request.headers['idempotency-key']));
    setTimeout(() => response.end('done'), Number(searchParams.get('ms')));
  } else if (pathname === '/fail') {
    failures += 1;
    response.writeHead(500).end('this fails');
  } else if (pathname.startsWith('/alerts/')) await receiveAlert(await text(request), response);
  else if (pathname === '/open' || pathname === '/close') {
    isOpen = pathname === '/open';
    for (const waiting of hanging) waiting.destroy();
    response.end();
  } else if (pathname === '/ledger') response.end(JSON.stringify([...runs]));
  else
    response.end(
      JSON.stringify({ runs: runs.size, requests, failures, alerts, hanging: hanging.size } satisfies Seen),
    );
});

async function receiveAlert(body: string, response: ServerResponse): Promise<void> {
  if (isOpen) {
    alerts += messageSchema.parse(JSON.parse(body)).data.count;
    response.end();
    return;
  }
  hanging.add(response);
  await once(response, 'close');
  hanging.delete(response);
}

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`${address.port}\n`);
});
// The parent has ended.
process.stdin.resume().on('end', () => process.exit());
