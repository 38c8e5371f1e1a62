import { expect, test } from 'vitest';
import { DEMO_PASSWORD } from './market-jobs.ts';
import { welcome } from './welcome.ts';

test('the demo prints its own password, and for one of the host only the name of its variable', () => {
  const printed = (password: string) =>
    welcome({
      url: 'http://127.0.0.1:8080',
      config: { admin: { email: 'admin@example.com', password }, dataDir: 'data/demo' },
      notes: { until: 0, alert: { file: 'data/demo/alerts/1.txt', text: 'Payouts fail.' } },
    });
  expect(printed(DEMO_PASSWORD)).toContain(`Sign in with admin@example.com and ${DEMO_PASSWORD}\n`);
  expect(printed('a password of the host')).toContain('and the password in ADMIN_PASSWORD\n');
  expect(printed('a password of the host')).not.toContain('a password of the host');
});
