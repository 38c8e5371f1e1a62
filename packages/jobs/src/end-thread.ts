import { MessagePort } from 'node:worker_threads';

/** Ends the current thread, whose `parentPort` this is, once its messages are sent. */
export function endThread(port: MessagePort): void {
  if (port instanceof MessagePort) port.close();
  // Deno's port is of another kind, and cannot be closed.
  else process.exit();
}
