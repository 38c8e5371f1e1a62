// Compiled, not run: CommonJS reads the same types.
import jobs = require('@greenvue/jobs');

export const start = (engine: jobs.Engine): Promise<void> => engine.start();
