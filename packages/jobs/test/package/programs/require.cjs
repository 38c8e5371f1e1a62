// CommonJS: `require` of every entry point, and a handler in a thread whose file is CommonJS, too.
const { createEngine, createSystemClock } = require('@greenvue/jobs');
const { createSqliteStore } = require('@greenvue/jobs/sqlite');
const { helloFromCommonJs } = require('./hello.cjs');
const { runOnce } = require('./run-once.mjs');

async function main() {
  const clock = createSystemClock();
  const store = createSqliteStore({ file: process.argv[2], clock });
  const engine = createEngine({ store, jobTypes: [helloFromCommonJs], deps: {}, clock });
  await engine.start();
  const { result } = await runOnce(engine, { id: 'greet', type: 'hello', payload: { name: 'Ann' } });
  await engine.stop();
  const imported = await import('@greenvue/jobs');
  console.log(JSON.stringify({ result, isOneCopy: imported.createEngine === createEngine }));
}

void main();
