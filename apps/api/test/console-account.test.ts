import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findings } from '../../../packages/console/test/axe.ts';
import { textOf } from '../src/testing/test-bodies.ts';
import { temporaryFolder } from '../src/testing/test-database.ts';
import { startTestServer } from '../src/testing/test-server.ts';
import { done } from './console/console-server.ts';
import { button, EMAIL, heading, SLOW_MS, signIn, startBrowser } from './console/visit.ts';
import { operatorOn } from './operator.ts';

const OWN = 'a password of my own';
const open = startBrowser();

async function choose(page: Page, next: string, current?: string): Promise<void> {
  if (current !== undefined) await page.getByLabel('Current password', { exact: true }).fill(current);
  await page.getByLabel('New password', { exact: true }).fill(next);
  await page.getByLabel('New password again', { exact: true }).fill(next);
}

test(
  'the first admin chooses a password, ends a session, changes the password and resets it by a link',
  async () => {
    const folder = await temporaryFolder();
    const { url } = await startTestServer({ DATA_DIR: folder, JOBS_CONCURRENCY: '0' });
    const first = readFileSync(join(folder, 'admin-password'), 'utf8').trim();
    const { page, faults, goTo } = await open(url);
    await goTo('/jobs');
    await signIn(page, { password: first });
    await heading(page, 'Choose a new password');
    expect(await findings(page)).toEqual([]);
    await choose(page, OWN, 'not the password');
    await button(page, 'Change password').click();
    await page.getByText('The current password is wrong.').waitFor();
    await choose(page, OWN, first);
    await button(page, 'Change password').click();
    await heading(page, 'Jobs');

    const stranger = operatorOn(new URL(url).port);
    const session = await done(stranger, 'POST', '/api/auth/login', { email: EMAIL, password: OWN });
    const other = operatorOn(new URL(url).port, `Bearer ${textOf(session, 'access_token')}`);
    await button(page, 'Admin').click();
    await page.getByRole('menuitem', { name: 'Password and sessions' }).click();
    await heading(page, 'Account');
    await button(page, 'End').waitFor();
    expect(await findings(page)).toEqual([]);
    await button(page, 'End').click();
    await page.getByText('Session ended.').waitFor();
    expect((await other.ask('GET', '/api/auth/me')).status).toBe(401);
    await choose(page, `${OWN} again`, OWN);
    await button(page, 'Change password').click();
    await page.getByText('Password changed.').waitFor();
    await button(page, 'Sign out everywhere').click();
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click();
    await heading(page, 'Sign in');

    await button(page, 'Forgot your password?').click();
    await page.getByLabel('E-mail').fill(EMAIL);
    await button(page, 'Send link').click();
    await page.getByText('we have sent it a link').waitFor();
    const again = await done(stranger, 'POST', '/api/auth/login', { email: EMAIL, password: `${OWN} again` });
    const admin = operatorOn(new URL(url).port, `Bearer ${textOf(again, 'access_token')}`);
    const bob = { email: 'bob@example.com', name: 'Bob', password: 'forgotten battery' };
    const userId = textOf(await done(stranger, 'POST', '/api/auth/register', bob), 'user', 'id');
    await done(admin, 'PATCH', `/api/users/${userId}`, { role: 'operator' });
    const body = await done(admin, 'POST', `/api/users/${userId}/password-reset`, { deliver: 'link' });
    const [, token = ''] = textOf(body, 'link').split('#');
    await goTo(`/reset-password#${token}`);
    await heading(page, 'Set a new password');
    expect(page.url()).not.toContain(token);
    await choose(page, OWN);
    await button(page, 'Set password').click();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(page, { email: bob.email, password: OWN });
    await heading(page, 'Overview');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
