import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { databaseEnv } from '../src/testing/test-app.ts';
import { textOf } from '../src/testing/test-bodies.ts';
import type { Dialect } from '../src/testing/test-database.ts';
import { done, startConsoleServer } from './console/console-server.ts';
import { looksWell } from './console/looks-well.ts';
import { button, heading, PASSWORD, SLOW_MS, signIn, startBrowser } from './console/visit.ts';
import { operatorOn } from './operator.ts';

const open = startBrowser();

const ANN = 'ann@example.com';

const row = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

/** Chooses an action on a user by keyboard. */
async function act(page: Page, email: string, action: string): Promise<void> {
  await button(page, `Actions on ${email}`).focus();
  await page.keyboard.press('Enter');
  // Once it is open, the menu takes the focus.
  await page.locator('[role="menu"]:focus, [role="menu"] :focus').waitFor();
  await page.getByRole('menuitem', { name: action }).focus();
  await page.keyboard.press('Enter');
}

test.each<Dialect>(['sqlite', 'postgres'])(
  'an admin creates a user, who sets the password, and changes, resets, signs out and disables the account: on %s',
  async (dialect) => {
    const { url } = await startConsoleServer({}, await databaseEnv(dialect));
    const { page, goTo, faults } = await open(url);
    await goTo('/users');
    await signIn(page);
    await heading(page, 'Users');
    await row(page, 'admin@greenvue.local').getByText('(you)').waitFor();

    await button(page, 'New user').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail').fill('ann at example');
    await dialog.getByLabel('Name').fill('Ann');
    // By keyboard: a click is lost if the dialog moves meanwhile.
    const here = dialog.getByLabel('Show the link here');
    await here.focus();
    await page.keyboard.press('Space');
    await expect.poll(() => here.isChecked()).toBe(true);
    await button(page, 'Create user').click();
    await dialog.getByRole('alert').getByText('must be an e-mail address').waitFor();
    await looksWell(page);
    await dialog.getByLabel('E-mail').fill(ANN);
    await button(page, 'Create user').click();
    await dialog.getByText('Copy the link now').waitFor();
    await looksWell(page);
    const link = (await dialog.locator('code').textContent()) ?? '';
    await button(page, 'Done').click();
    await row(page, ANN).getByText('never').waitFor();

    // Ann, in her own browser.
    const ann = await open(url);
    await ann.page.goto(link.replace(/^.*\/console/, `${url}/console`));
    await ann.page.getByLabel('New password', { exact: true }).fill(PASSWORD);
    await ann.page.getByLabel('New password again', { exact: true }).fill(PASSWORD);
    await button(ann.page, 'Set password').click();
    await ann.page.getByRole('link', { name: 'Sign in' }).click();
    await signIn(ann.page, { email: ANN });
    await heading(ann.page, 'Overview');

    await page.reload();
    await row(page, ANN).getByText('operator').waitFor();
    expect(await row(page, ANN).getByText('never').count()).toBe(0);
    await act(page, ANN, 'Change role…');
    await dialog.getByLabel('Admin').click();
    await looksWell(page);
    await button(page, 'Change role').click();
    await row(page, ANN).getByText('admin', { exact: true }).waitFor();
    await act(page, ANN, 'Reset password…');
    await dialog.getByText('An admin gets the link by mail only.').waitFor();
    await looksWell(page);
    await button(page, 'Send the link').click();
    await page.getByText(/Sent the link to/).waitFor();
    await act(page, ANN, 'Sessions…');
    await button(page, 'End all sessions').waitFor();
    await looksWell(page);
    await button(page, 'End all sessions').click();
    const question = page.getByRole('dialog', { name: 'End 1 session?' });
    await question.waitFor();
    await looksWell(page);
    // Escape closes only the question.
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'hidden' });
    await button(page, 'End all sessions').click();
    await question.getByRole('button', { name: 'End 1 session' }).click();
    await dialog.getByText('No sessions.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });

    await act(page, ANN, 'Disable…');
    await button(page, 'Disable account').click();
    await row(page, ANN).getByText('disabled').waitFor();
    await looksWell(page);
    await act(page, ANN, 'Enable');
    await row(page, ANN).getByText('enabled').waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

test.each<Dialect>(['sqlite', 'postgres'])(
  'an admin creates a token with a policy, whose secret is shown once, and revokes it; an operator has only own ones: on %s',
  async (dialect) => {
    const { url, admin } = await startConsoleServer({}, await databaseEnv(dialect));
    const account = { email: ANN, name: 'Ann', password: PASSWORD };
    const id = textOf(await done(admin, 'POST', '/api/auth/register', account), 'user', 'id');
    await done(admin, 'PATCH', `/api/users/${id}`, { role: 'operator' });
    const { page, goTo, faults } = await open(url);
    await goTo('/tokens');
    await signIn(page);
    await heading(page, 'Tokens');
    await page.getByText('No tokens yet.').waitFor();
    await looksWell(page);
    await button(page, 'New token').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('agent');
    await dialog.getByLabel('Role').selectOption('admin');
    await dialog.getByLabel('Valid for').selectOption('7');
    await dialog.getByText('Policy: limits on its jobs').click();
    await dialog.getByLabel('Shortest interval').fill('five');
    await dialog.getByLabel('Maximum number of jobs').fill('20');
    await dialog.getByLabel('update_search_index').click();
    await dialog.getByLabel('Tags').fill('eu');
    await button(page, 'Create token').click();
    await dialog.getByRole('alert').getByText('The shortest interval must be a duration').waitFor();
    await looksWell(page);
    await dialog.getByLabel('Shortest interval').fill('5m');
    await button(page, 'Create token').click();
    await dialog.getByText('Copy the token now').waitFor();
    await looksWell(page);
    const secret = (await dialog.locator('code', { hasText: 'gv_' }).textContent()) ?? '';
    await button(page, 'Done').click();
    const bounds = 'no job more often than every 5m; at most 20 jobs; types: update_search_index; tags: eu';
    await row(page, 'agent').getByText(bounds).waitFor();
    await row(page, 'agent').getByText('you').waitFor();
    await looksWell(page);

    const agent = operatorOn(new URL(url).port, `Bearer ${secret}`);
    const often = { id: 'often', name: 'Often', type: 'update_search_index', interval: '1m', tags: ['eu'] };
    expect(await agent.ask('POST', '/api/jobs', often)).toMatchObject({ status: 403 });
    await page.reload();
    await expect.poll(() => row(page, 'agent').getByText('never').count()).toBe(0);

    // An operator sees none of the admin's tokens, and can't make one of an admin.
    const ann = await open(url);
    await ann.goTo('/tokens');
    await signIn(ann.page, { email: ANN });
    await heading(ann.page, 'Tokens');
    await ann.page.getByText('No tokens yet.').waitFor();
    await button(ann.page, 'Manage').click();
    await ann.page.getByRole('menuitem', { name: 'Tokens' }).waitFor();
    expect(await ann.page.getByRole('menuitem', { name: 'Users' }).count()).toBe(0);
    await ann.page.keyboard.press('Escape');
    await button(ann.page, 'New token').click();
    await ann.page.getByRole('dialog').getByLabel('Name').fill('laptop');
    const roles = ann.page.getByRole('dialog').getByLabel('Role').getByRole('option');
    expect(await roles.allTextContents()).toEqual(['User', 'Operator']);
    await button(ann.page, 'Create token').click();
    await button(ann.page, 'Done').click();
    await row(ann.page, 'laptop').waitFor();

    await page.reload();
    await row(page, 'laptop').waitFor();
    await button(page, 'Mine').click();
    await row(page, 'laptop').waitFor({ state: 'hidden' });
    await button(page, 'Revoke agent').click();
    await button(page, 'Revoke token').click();
    await row(page, 'agent').getByText('revoked').waitFor();
    expect(await agent.ask('GET', '/api/jobs')).toMatchObject({ status: 401 });
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
