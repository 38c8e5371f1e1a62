// GreenVue's own job types at size: 100,000 expired of 200,000 listings, 10,000 mails to a real SMTP server,
// a full reindex.
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { loadConfig } from '../../apps/api/src/config/config.ts';
import { createDatabase } from '../../apps/api/src/db/create-database.ts';
import { queueNotifications } from '../../apps/api/src/db/outbox.ts';
import { createDeps } from '../../apps/api/src/deps.ts';
import { createJobEngine } from '../../apps/api/src/job-engine.ts';
import { fillMarket } from './market.ts';
import { count, inFolder, megabytes, ms, row, sleep } from './measure.ts';

interface Setting {
  readonly what: string;
  readonly type: string;
  readonly payload: object;
  readonly smtpUrl?: string;
  fill(file: string): Promise<void>;
}

async function measure({ what, type, payload, smtpUrl, fill }: Setting): Promise<void> {
  await inFolder(async (folder) => {
    await fill(join(folder, 'app.db'));
    const loaded = loadConfig();
    if (!loaded.ok) throw new Error(loaded.faults.join('\n'));
    const config = { ...loaded.config, dataDir: folder, smtpUrl };
    const deps = await createDeps(config);
    const engine = await createJobEngine(config, deps);
    await engine.start();
    await engine.createJob({ id: 'job', name: 'Job', type, onDemand: true, payload });
    const rss = process.memoryUsage.rss();
    let peak = rss;
    const begin = performance.now();
    const { run: made } = await engine.trigger('job');
    for (;;) {
      const { run } = await engine.getRun(made.id);
      peak = Math.max(peak, process.memoryUsage.rss());
      if (run.status === 'succeeded') {
        row(
          what,
          ms(performance.now() - begin),
          `memory ${megabytes(rss)} before, ${megabytes(peak)} at most`,
          `result ${'result' in run ? run.result : ''}`,
        );
        break;
      }
      if (run.status !== 'queued' && run.status !== 'running') throw new Error(JSON.stringify(run));
      await sleep(20);
    }
    await engine.stop();
    await deps.close();
  });
}

await measure({
  what: `cleanup_expired_listings: ${count(100_000)} expired of ${count(200_000)}`,
  type: 'cleanup_expired_listings',
  payload: {},
  fill: (file) => fillMarket(file, { listings: 200_000, old: 100_000 }),
});

await measure({
  what: `update_search_index: full over ${count(100_000)} listings`,
  type: 'update_search_index',
  payload: { fullReindex: true },
  fill: (file) => fillMarket(file, { listings: 100_000, old: 0 }),
});

const MAILS = 10_000;
let received = 0;
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, _session, done) {
    stream.resume();
    stream.on('end', () => {
      received++;
      done();
    });
  },
});
const port = await new Promise<number>((resolve) => {
  const server = smtp.listen(0, '127.0.0.1', () => {
    const address = server.address();
    resolve(typeof address === 'object' && address !== null ? address.port : 0);
  });
});
await measure({
  what: `send_notifications: ${count(MAILS)} mails to an SMTP server on loopback (in the same process)`,
  type: 'send_notifications',
  payload: { batchSize: 200 },
  smtpUrl: `smtp://127.0.0.1:${port}`,
  async fill(file) {
    const { kysely, close } = await createDatabase({ file });
    const now = Date.now();
    const notifications = Array.from({ length: MAILS }, (_, n) => ({
      email: `reader${n}@example.com`,
      template: 'default',
      data: { title: `Note ${n}`, message: 'Something came up.' },
      dueAt: now - 1_000,
    }));
    await kysely.transaction().execute((trx) => queueNotifications(trx, { notifications, now }));
    await close();
  },
});
if (received !== MAILS) throw new Error(`the SMTP server got ${received} mails`);
smtp.close();
