// Loaded into a server by `soak --break keep-files-open`: each tenth request leaves a file open.
import { subscribe } from 'node:diagnostics_channel';
import { openSync } from 'node:fs';

let requests = 0;
subscribe('http.server.request.start', () => {
  requests += 1;
  if (requests % 10 === 0) openSync('/dev/null', 'r');
});
