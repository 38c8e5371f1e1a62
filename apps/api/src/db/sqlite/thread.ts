// The entry of a database thread: one connection, commands in, outcomes out, in order.
import { parentPort, workerData } from 'node:worker_threads';
import { openConnection } from './connection.ts';
import type { ConnectionOptions, ThreadReply, ThreadRequest } from './protocol.ts';

if (parentPort === null) throw new Error('the database thread must be started as a worker');
const port = parentPort;
const options: ConnectionOptions = workerData;
const connection = openConnection(options);

port.on('message', (request: ThreadRequest) => {
  if ('close' in request) {
    connection.close();
    reply({ id: request.id, outcome: { ok: true, result: { rows: [], changes: 0, lastInsertRowid: 0 } } });
    port.close();
  } else {
    reply({ id: request.id, outcome: connection.run(request.command) });
  }
});

function reply(message: ThreadReply): void {
  port.postMessage(message);
}
