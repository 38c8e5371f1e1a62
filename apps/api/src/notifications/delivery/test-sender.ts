// A sender in a process of its own, for tests that kill it: test-sender.ts <database location> <SMTP URL>
// <run id> <fence>
import { createDatabase } from '../../db/create-database.ts';
import { createSmtpMailer } from '../mailers/smtp-mailer.ts';
import { createTemplates } from '../templates.ts';
import { createNotificationDelivery } from './delivery.ts';

const [location = '{}', url = '', id = '', fence = ''] = process.argv.slice(2);
const opened = await createDatabase({ isolation: 'inline', ...JSON.parse(location) });
const delivery = createNotificationDelivery({
  database: opened.kysely,
  clock: { now: () => Date.now() },
  mailer: createSmtpMailer({ url, from: 'GreenVue <no-reply@shop.example>' }),
  templates: createTemplates(),
  perAddressPerDay: 20,
});
await delivery.sendDue({
  template: 'default',
  batchSize: 50,
  run: { id, fence: Number(fence) },
  signal: new AbortController().signal,
  progress: () => undefined,
});
