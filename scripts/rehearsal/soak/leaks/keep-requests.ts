// Loaded into a server by `soak --break keep-requests`: as if a listener of each request were never removed.
import { subscribe } from 'node:diagnostics_channel';

const kept: { readonly message: unknown; readonly bytes: readonly number[] }[] = [];
// As much as a handler with its closure and a page of runs: 32 KiB.
subscribe('http.server.request.start', (message) => {
  kept.push({ message, bytes: new Array<number>(4_096).fill(0.5) });
});
