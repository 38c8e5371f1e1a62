// Compiled, not run: CommonJS reads the same types.
import jobs = require('@greenvue/jobs');
import sqlite = require('@greenvue/jobs/sqlite');

export const start = (): Promise<void> =>
  jobs.createJobs({ store: sqlite.sqlite('jobs.db'), types: [] }).start();
