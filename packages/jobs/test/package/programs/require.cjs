// CommonJS: `require` of the package, and a handler in a thread whose file is CommonJS, too.
const { createJobs } = require('@greenvue/jobs');
const { sqlite } = require('@greenvue/jobs/sqlite');
const { helloFromCommonJs } = require('./shared/hello.cjs');
const { runOnce } = require('./shared/run-once.mjs');

async function main() {
  const jobs = createJobs({ store: sqlite(process.argv[2]), types: [helloFromCommonJs] });
  await jobs.start();
  const { result } = await runOnce(jobs, helloFromCommonJs, { name: 'Ann' });
  await jobs.stop();
  const imported = await import('@greenvue/jobs');
  console.log(JSON.stringify({ result, isOneCopy: imported.createJobs === createJobs }));
}

void main();
