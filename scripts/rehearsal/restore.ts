// `npm run rehearse -- restore [sqlite | dump | instant]`: a backup under load, more work, a kill of all nodes,
// a restore and a start, on SQLite and on PostgreSQL with the commands of docs/greenvue-postgres.md. The two
// on PostgreSQL need its programs (Debian: apt-get install postgresql).
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../postgres/server.ts';
import { type Node, runCli, say, seconds, startNode } from './node.ts';
import { checkRestored } from './restore/restore-checks.ts';
import { prepareLoad, startLoad, startMailbox } from './restore/restore-load.ts';
import { missingPrograms, SITES, type Site } from './restore/restore-sites.ts';
import { NO_LIMITS } from './steps.ts';

/** Before and after the backup. */
const WORK_MS = 6_000;
/** The same for each start, as in production. */
const JWT_SECRET = 'a rehearsal signs its access tokens with these words 7391';

const [, only] = process.argv.slice(2);
const chosen = Object.entries(SITES).filter(([name]) => only === undefined || only === name);
if (chosen.length === 0) fail(`npm run rehearse -- restore [${Object.keys(SITES).join(' | ')}], not ${only}`);
const missing = chosen.some(([name]) => name !== 'sqlite') ? missingPrograms() : undefined;
if (missing !== undefined) fail(missing);
for (const [, open] of chosen) {
  const site = await open();
  say(`\n${site.title}`);
  try {
    await rehearse(site);
  } finally {
    await site.close();
  }
}
process.exit();

function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

async function rehearse(site: Site): Promise<void> {
  const mailbox = await startMailbox();
  const env = { ...site.env, ...NO_LIMITS, SMTP_URL: mailbox.url, JOBS_CONCURRENCY: '5', JWT_SECRET };
  let nodes: Node[] = [];
  const start = async (): Promise<Node[]> => {
    const started: Node[] = [];
    for (let n = 0; n < site.nodes; n += 1) started.push(await startNode(await freePort(), env));
    return started;
  };
  try {
    nodes = await start();
    const token = await runCli(['token'], env);
    await prepareLoad(nodes, token);
    const load = startLoad(nodes, token);
    await delay(WORK_MS);
    const began = Date.now();
    await site.backUp();
    const ended = Date.now();
    say(`  backup under load: ${seconds(ended - began)}`);
    const lateToken = await runCli(['token'], env);
    await load.createLateJob();
    await delay(WORK_MS);
    await load.stop();
    const killedAt = Date.now();
    await Promise.all(nodes.map((node) => node.kill()));
    say(await site.restore());
    const restoredAt = Date.now();
    nodes = await start();
    await checkRestored({
      nodes,
      tokens: { early: token, late: lateToken },
      load,
      mailbox,
      times: { began, ended, killedAt, restoredAt },
    });
  } finally {
    await Promise.all(nodes.map((node) => node.kill()));
    mailbox.close();
  }
}
