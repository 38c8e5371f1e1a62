import { defineJobType } from '@greenvue/jobs';
import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import manifest from '../package.json' with { type: 'json' };
import { textOf } from '../src/testing/test-bodies.ts';
import { done, logIn, startConsoleServer } from './console/console-server.ts';
import { button, heading, PASSWORD, SLOW_MS, saveNew, signIn, startBrowser } from './console/visit.ts';

const VERSION = manifest.version;

const open = startBrowser();

/** No form can show two fields of this payload: a union, and an object with free keys. */
const exportListings = defineJobType({
  type: 'export_listings',
  module: import.meta.url,
  payload: z.strictObject({
    copies: z.int().min(1).max(5).default(1),
    to: z.union([z.strictObject({ folder: z.string().min(1) }), z.strictObject({ url: z.url() })]),
    shares: z.record(z.string(), z.int().min(1)).default({}),
  }),
  run: async ({ payload }) => payload,
});

/** No form can show any field of this payload. */
const setLabels = defineJobType({
  type: 'set_labels',
  module: import.meta.url,
  payload: z.strictObject({}).catchall(z.string().max(5)),
  run: async ({ payload }) => payload,
});

/** Waits until the field shows the error and is marked for screen readers. */
async function isRefused(field: Locator, words: RegExp): Promise<void> {
  await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
  const described = (await field.getAttribute('aria-describedby'))?.split(' ').filter(Boolean) ?? [];
  const texts = await Promise.all(described.map((id) => field.page().locator(`[id="${id}"]`).textContent()));
  expect(texts.join(' ')).toMatch(words);
}

test(
  "a payload that no form can show is edited as JSON, and its fields show the server's errors",
  async () => {
    const { url } = await startConsoleServer({ jobTypes: [exportListings, setLabels] });
    const { page, faults, goTo } = await open(url);
    await goTo('/jobs/new?type=export_listings');
    await signIn(page);
    const field = (name: string) => page.getByRole('textbox', { name, exact: true });
    await field('Name').fill('Export');
    await field('Interval').fill('1 hour');
    await field('Copies').fill('9');
    await field('To').fill('{ "folder": ');
    await field('Shares').fill('{ "chairs": 0 }');
    await isRefused(field('To'), /Invalid JSON/);

    // The form finds invalid JSON; the server finds an invalid payload.
    await field('To').fill('{ "folder": 7 }');
    await saveNew(page);
    const summary = page.getByRole('region', { name: 'Errors' });
    await summary.getByRole('heading', { name: 'Fix 4 errors before saving' }).waitFor();
    await isRefused(field('Interval'), /./);
    await isRefused(field('Copies'), /at most 5/);
    await isRefused(field('To'), /none of the alternatives: folder must be a text/i);
    await isRefused(field('Shares'), /^.*in chairs: .*at least 1/i);
    await summary.getByRole('link', { name: /^Shares/ }).click();
    expect(await page.locator(':focus').inputValue()).toMatch(/"chairs": 0/);

    await field('Shares').fill('{ "chairs": 1 }');
    await field('Interval').fill('1h');
    await field('Copies').fill('2');
    await field('To').fill('{ "folder": "out" }');
    await saveNew(page);
    await heading(page, 'Export');
    await page.getByRole('group', { name: 'the payload' }).getByText('"folder": "out"').waitFor();

    await goTo('/jobs/new?type=set_labels');
    await field('Name').fill('Labels');
    await field('Interval').fill('1h');
    await field('Payload as JSON').fill('{ "shelf": "much too long" }');
    await saveNew(page);
    await isRefused(field('Payload as JSON'), /in shelf: .*at most 5/i);
    await field('Payload as JSON').fill('{ "shelf": "A 7" }');
    await saveNew(page);
    await heading(page, 'Labels');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

/** Without a dot between letters: mail programs make a link of such a name, so it is refused. */
const MARKUP = `<img src=x onerror="hacked=1"><script>hacked=1</script>`;
const ARABIC = 'قائمة \u202Eالأسعار';
const EMOJI = '\u{1F469}\u200D\u{1F469}\u200D\u{1F467} \u{1F6B2}';

/** Logs its payload and fails with it. */
const complain = defineJobType({
  type: 'complain',
  module: import.meta.url,
  payload: z.strictObject({ of: z.string() }),
  run: async ({ payload, log }) => {
    log.warn(payload.of, { of: payload.of });
    throw new Error(payload.of);
  },
});

test(
  'markup, right-to-left text and emoji are shown as plain text everywhere',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [complain] });
    const common = { type: 'complain', on_demand: true, max_attempts: 1 };
    const job = { ...common, id: 'markup', name: MARKUP, description: MARKUP, payload: { of: MARKUP } };
    await done(admin, 'POST', '/api/jobs', job);
    await done(admin, 'POST', '/api/jobs', { ...common, id: 'rtl', name: ARABIC, payload: { of: ARABIC } });
    await done(admin, 'POST', '/api/jobs', { ...common, id: 'emoji', name: EMOJI, payload: { of: EMOJI } });
    const runId = textOf(await done(admin, 'POST', '/api/jobs/markup/runs'), 'id');
    await admin.finished(runId);
    const other = { email: 'other@example.com', name: MARKUP, password: PASSWORD };
    const otherId = textOf(await done(admin, 'POST', '/api/auth/register', other), 'user', 'id');
    await done(admin, 'PATCH', `/api/users/${otherId}`, { role: 'operator' });
    await done(await logIn(url, other.email), 'POST', '/api/jobs/rtl/pause', { reason: ARABIC });
    const { page, faults, goTo } = await open(url);
    await goTo('/');
    await signIn(page);
    await isSignedIn(page);

    const paths = [
      '/',
      '/jobs',
      `/jobs?q=${encodeURIComponent('<img')}`,
      '/jobs/markup',
      '/jobs/markup/edit',
      '/jobs/new?copy=markup',
      `/runs/${runId}`,
      // The name of the user who paused the job.
      '/jobs/rtl',
    ];
    for (const path of paths) {
      await goTo(path);
      await shows(page, MARKUP);
      expect(await page.locator('img').count(), path).toBe(0);
    }
    // Ids that contain markup or path separators belong to no job.
    for (const id of ['<img src onerror>', 'a/b=c%2F?#d'])
      for (const path of ['/jobs/', '/runs/']) {
        await goTo(`${path}${encodeURIComponent(id)}`);
        await shows(page, id);
        expect(await page.locator('img').count(), path).toBe(0);
      }
    expect(await page.evaluate('window.hacked')).toBe(undefined);

    // Each text has its own direction; the page around it keeps its direction.
    await goTo('/jobs/rtl');
    const title = page.getByRole('heading', { level: 1, name: ARABIC });
    await title.waitFor();
    expect(await directionOf(title.locator('bdi'))).toBe('rtl');
    expect(await directionOf(page.getByRole('main'))).toBe('ltr');
    await goTo('/jobs/emoji');
    await heading(page, EMOJI);
    expect(await page.title()).toContain(EMOJI);

    // An id equal to the path of the form still has its own page.
    await done(admin, 'POST', '/api/jobs', { ...common, id: 'New', name: 'A new one', payload: { of: 'x' } });
    await goTo('/jobs?q=A+new+%6Fne');
    await page.getByRole('row', { name: 'A new one' }).getByRole('link').click();
    await heading(page, 'A new one');
    await page.reload();
    await heading(page, 'A new one');
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);

/** Waits for the end of the sign-in, which the next page would interrupt. */
function isSignedIn(page: Page): Promise<void> {
  return page.getByLabel('Password', { exact: true }).waitFor({ state: 'hidden' });
}

/** Waits until the text is visible or is the value of a field. */
async function shows(page: Page, text: string): Promise<void> {
  const fields = page.getByRole('textbox');
  await expect
    .poll(
      async () => {
        const written = await Promise.all((await fields.all()).map((field) => field.inputValue()));
        return written.includes(text) || (await page.getByText(text).filter({ visible: true }).count()) > 0;
      },
      { message: page.url() },
    )
    .toBe(true);
}

function directionOf(element: Locator): Promise<string> {
  return element.evaluate((node) => node.ownerDocument.defaultView?.getComputedStyle(node).direction ?? '');
}

/** A value as a server of another version sends it; undefined if that version does not send it. */
type Change = (key: string, value: unknown) => unknown;

/** Makes the API answer like another version. */
async function answerAs(page: Page, change: Change): Promise<void> {
  await page.unrouteAll({ behavior: 'wait' });
  await page.route(/\/api\/(jobs|runs|job-stats|job-types|job-preview|job-pause)/, async (route) => {
    const response = await route.fetch();
    const body = await response.text();
    await route.fulfill({ response, body: JSON.stringify(JSON.parse(body, change)) });
  });
}

/** Values that a newer server may send and this page does not know. */
const NEW_WORDS: Readonly<Record<string, string>> = {
  active: 'archived',
  failed: 'abandoned',
  error: 'quota',
  manual: 'webhook',
  skip: 'replace',
  once: 'newest',
  fixed_rate: 'lunar',
  warn: 'notice',
};
const ONE_OF_A_FEW = /^(status|last_status|reason|trigger|overlap|catch_up|interval_mode|level)$/;

const newer: Change = (key, value) => {
  if (key === 'version' && typeof value === 'string') return '9.0.0';
  if (typeof value === 'string' && ONE_OF_A_FEW.test(key)) return NEW_WORDS[value] ?? value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (key === 'health' && 'status' in value)
    return { ...value, status: 'quarantined', reason: 'its node is shut off' };
  return { ...value, of_the_future: { a: [1] } };
};

/** Fields that older servers do not send. */
const LATER = /^(recent_runs|due_since|minutes|hours)$/;

const older: Change = (key, value) => {
  if (key === 'version' && typeof value === 'string') return '0.0.1';
  if (key === 'health' && typeof value === 'object' && value !== null && 'zombie' in value) return undefined;
  return LATER.test(key) ? undefined : value;
};

test(
  'a page with another version than its server says so and shows what it can',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [complain] });
    const job = { id: 'job', name: 'Job', type: 'complain', interval: '1h', payload: { of: 'money' } };
    await done(admin, 'POST', '/api/jobs', { ...job, max_attempts: 1 });
    const runId = textOf(await done(admin, 'POST', '/api/jobs/job/runs'), 'id');
    await admin.finished(runId);
    const { page, faults, goTo } = await open(url);
    await goTo('/');
    await signIn(page);
    await isSignedIn(page);
    const banner = page.getByText(/^This page has version/);
    const look = async (path: string, version: string, words: readonly string[]): Promise<void> => {
      await goTo(path);
      await banner.filter({ hasText: `${VERSION}, the server has version ${version}.` }).waitFor();
      for (const word of words) await shows(page, word);
      expect(await page.getByRole('main').textContent(), path).not.toMatch(/undefined|NaN|Invalid|\[object/);
    };
    expect(await banner.count()).toBe(0);

    await answerAs(page, newer);
    await look('/', '9.0.0', ['quarantined', 'its node is shut off']);
    await look('/jobs', '9.0.0', ['quarantined', 'archived']);
    await look('/jobs/job', '9.0.0', ['quarantined', 'archived', 'abandoned', 'replace', 'newest']);
    await look(`/runs/${runId}`, '9.0.0', ['abandoned', 'quota', 'notice']);
    await look('/jobs/job/edit', '9.0.0', ['Review and save', 'Job', '1h']);

    await answerAs(page, older);
    await look('/', '0.0.1', ['the last run failed']);
    await look('/jobs', '0.0.1', ['failing', 'unknown']);
    await look('/jobs/job', '0.0.1', ['failing', 'money']);
    await look(`/runs/${runId}`, '0.0.1', ['money']);
    await look('/jobs/job/edit', '0.0.1', ['Review and save', 'Job', '1h']);
    expect(faults).toEqual([]);

    // If a page lacks something it needs, it says so, and other pages still work.
    await answerAs(page, (key, value) => (key === 'backoff' ? undefined : value));
    await goTo('/jobs/job');
    await heading(page, 'Could not show this page');
    await page.getByRole('link', { name: 'Overview' }).last().click();

    // If the frame lacks something it needs, the pages stay and a banner says so.
    const unreadable = { at: null, reason: {}, by: null, until: null };
    await answerAs(page, (key, value) => (key === 'paused_all' ? unreadable : value));
    await goTo('/jobs');
    await page.getByText(/cannot read the server's status/).waitFor();
    await page.getByRole('row', { name: 'Job' }).getByRole('link').first().waitFor();
    const session = { access_token: 'token', user: { role: 'admin', name: {} } };
    await page.route('**/api/auth/refresh', (route) => route.fulfill({ json: session }));
    await page.reload();
    await heading(page, 'Could not show the console');
    await button(page, 'Reload').waitFor();
    await page.unrouteAll({ behavior: 'ignoreErrors' });
  },
  SLOW_MS,
);

test(
  'a browser whose language is no valid tag shows the console with its charts',
  async () => {
    const { url, admin } = await startConsoleServer({ jobTypes: [setLabels] });
    const job = { id: 'labels', name: 'Labels', type: 'set_labels', on_demand: true };
    await done(admin, 'POST', '/api/jobs', job);
    await admin.finished(textOf(await done(admin, 'POST', '/api/jobs/labels/runs'), 'id'));
    const { page, faults, goTo } = await open(url);
    // Chromium has this language where LANG is C.UTF-8.
    await page.addInitScript(() =>
      Object.defineProperty(navigator, 'language', { value: 'en-US@posix', configurable: true }),
    );
    await goTo('/');
    await signIn(page);
    await page.locator('.uplot').first().waitFor();
    expect(faults).toEqual([]);
  },
  SLOW_MS,
);
