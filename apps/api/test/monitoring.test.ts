import { readFileSync } from 'node:fs';
import { logIn } from '@greenvue/accounts';
import { createJobs, defineJobType } from '@greenvue/jobs';
import { connect, putJob } from '@greenvue/jobs/client';
import { registerJobMetrics } from '@greenvue/jobs/prometheus';
import { createMemoryStore } from '@greenvue/jobs/testing';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { startTestServer } from '../src/testing/test-server.ts';
import { type Exposition, readExposition } from './monitoring/exposition.ts';
import { typeFaults } from './monitoring/grafana-faults.ts';
import {
  ALERTS_FILE,
  ALERTS_TEST_FILE,
  DASHBOARD_FILES,
  dashboardOf,
  panelExpressions,
  rules,
  ruleTests,
  variableExpressions,
} from './monitoring/ops-files.ts';
import { isThere, promtool, startPrometheus } from './monitoring/prometheus.ts';
import { type Selector, selectorsIn } from './monitoring/promql.ts';
import { ROOT } from './shell.ts';

/** Labels that Prometheus adds. */
const TARGET_LABELS = ['job', 'instance'];
const OWN_METRICS = ['up'];

/** The metrics of a server that has answered a request. */
async function scrape(): Promise<{ readonly url: string; readonly text: string }> {
  const { url } = await startTestServer(ADMIN);
  await fetch(`${url}/healthz`);
  const answer = await fetch(`${url}/metrics`);
  expect(answer.status).toBe(200);
  return { url, text: await answer.text() };
}

/** The metrics of an application that is not GreenVue: its own registry, engine and job type. */
async function scrapeForeignHost(): Promise<string> {
  const hello = defineJobType({
    type: 'hello',
    module: import.meta.url,
    payload: z.strictObject({}),
    run: async () => undefined,
  });
  const engine = createJobs({ store: createMemoryStore(), types: [hello] });
  await engine.start();
  onTestFinished(() => engine.stop());
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerJobMetrics(engine, { registry });
  return registry.metrics();
}

const ADMIN = { ADMIN_EMAIL: 'admin@greenvue.test', ADMIN_PASSWORD: 'a long enough password' };

/** Runs a job every second. */
async function runEachSecond(url: string): Promise<void> {
  const anonymous = connect({ url: `${url}/api` });
  const { access_token: token } = await logIn(anonymous, {
    email: ADMIN.ADMIN_EMAIL,
    password: ADMIN.ADMIN_PASSWORD,
  });
  const body = { name: 'Index', type: 'update_search_index', interval: '1s' };
  await putJob(connect({ url: `${url}/api`, token }), 'index', body);
}

/** Metrics, labels and label values of a selector that do not exist. */
function missing(shown: Exposition, { name, matchers }: Selector): readonly string[] {
  if (OWN_METRICS.includes(name)) return [];
  const labels = shown.get(name);
  if (labels === undefined) return [name];
  return matchers.flatMap(({ label, operator, value }) => {
    if (TARGET_LABELS.includes(label)) return [];
    const values = labels.get(label);
    if (values === undefined) return [`${name}{${label}}`];
    return operator === '=' && !values.has(value) ? [`${name}{${label}="${value}"}`] : [];
  });
}

describe('the dashboard and the alert rules', () => {
  test.each([
    ['GreenVue', async () => (await scrape()).text],
    ['another application', scrapeForeignHost],
  ])('ask only for metrics, labels and values that %s has', async (_, read) => {
    const shown = readExposition(await read());
    const dashboard = dashboardOf('greenvue-jobs');
    const asked = [...panelExpressions(dashboard), ...variableExpressions(dashboard)];
    const expressions = [...asked, ...rules.map(({ expr }) => expr)];
    const selectors = expressions.flatMap(selectorsIn);
    expect(selectors.length).toBeGreaterThan(expressions.length - 1);
    expect(selectors.flatMap((selector) => missing(shown, selector))).toEqual([]);
    // The tests of the rules use made-up series, whose names must exist.
    const made = ruleTests.flatMap(({ input_series }) =>
      input_series.flatMap(({ series }) => selectorsIn(series)),
    );
    const unknown = made.filter(({ name }) => !OWN_METRICS.includes(name) && !shown.has(name));
    expect(unknown).toEqual([]);
  });

  test('of the API ask only for metrics that GreenVue has', async () => {
    const shown = readExposition((await scrape()).text);
    const dashboard = dashboardOf('greenvue-api');
    const selectors = [...panelExpressions(dashboard), ...variableExpressions(dashboard)].flatMap(
      selectorsIn,
    );
    expect(selectors.length).toBeGreaterThan(4);
    expect(selectors.flatMap((selector) => missing(shown, selector))).toEqual([]);
  });

  test('would be caught when they ask for what is not there', () => {
    const shown = readExposition(
      '# TYPE runs gauge\nruns{state="queued"} 1\n# TYPE took_seconds histogram\ntook_seconds_bucket{le="1"} 0',
    );
    const missingIn = (expression: string) =>
      selectorsIn(expression).flatMap((selector) => missing(shown, selector));
    expect(missingIn('sum by (state) (rate(runs{job="x", state="queued"}[5m])) > 1e3 and up == 0')).toEqual(
      [],
    );
    expect(
      missingIn('histogram_quantile(0.9, sum by (le) (rate(took_seconds_bucket[$__rate_interval])))'),
    ).toEqual([]);
    expect(missingIn('label_values(runs{job=~"$job"}, state)')).toEqual([]);
    expect(missingIn('runs{state="late"} or rums')).toEqual(['runs{state="late"}', 'rums']);
    expect(missingIn('max without (x) (runs{kind!="a"})')).toEqual(['runs{kind}']);
    expect(missingIn('took_seconds')).toEqual(['took_seconds']);
  });

  test('each rule says what to do, and is tested', () => {
    const tested = ruleTests.flatMap(({ alert_rule_test: tests }) => tests.map(({ alertname }) => alertname));
    for (const { alert, annotations } of rules) {
      expect(tested).toContain(alert);
      expect(annotations.summary.split('. ').length, alert).toBeGreaterThan(1);
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });

  test('the guide names each alert, and no name is of one application', () => {
    const guide = readFileSync(`${ROOT}docs/monitoring.md`, 'utf8');
    const named = Array.from(guide.matchAll(/`(Jobs\w+)`/g), ([, name]) => name);
    expect(named.toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
  });

  test.each(['greenvue-jobs', 'greenvue-api'] as const)(
    'each panel of %s asks the data source that is chosen, and has a place of its own',
    (uid) => {
      const dashboard = dashboardOf(uid);
      expect(dashboard.schemaVersion).toBe(42);
      expect(dashboard.templating.list[0]).toMatchObject({ name: 'datasource', type: 'datasource' });
      const charts = dashboard.panels.filter(({ type }) => type !== 'row');
      for (const { title, description, fieldConfig, datasource, targets } of charts) {
        expect(datasource, title).toEqual({ type: 'prometheus', uid: `\${datasource}` });
        expect(targets.length, title).toBeGreaterThan(0);
        for (const target of targets) expect(target.datasource, title).toEqual(datasource);
        expect(description, title).toMatch(/\.$/);
        expect(fieldConfig?.defaults.unit, title).toMatch(/./);
      }
      const ids = dashboard.panels.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, n) => `${x + (n % w)},${y + Math.floor(n / w)}`),
      );
      expect(new Set(cells).size).toBe(cells.length);
    },
  );
});

test('the dashboards have the fields and words that Grafana’s own types allow, and no others', async () => {
  const [json = '', ...others] = DASHBOARD_FILES.map((file) => readFileSync(file, 'utf8'));
  for (const dashboard of [json, ...others]) expect(await typeFaults(dashboard)).toEqual([]);
  const misspelt = json
    .replace('"noValue":', '"noValues":')
    .replace('"colorMode": "value"', '"colorMode": "values"');
  expect(await typeFaults(misspelt)).toEqual([
    expect.stringContaining('noValues'),
    expect.stringContaining('"values"'),
  ]);
});

test('the guide has a line for each metric of the jobs', async () => {
  const { text } = await scrape();
  const shown = Array.from(text.matchAll(/^# TYPE (greenvue_\S+)/gm), ([, name]) => name);
  const guide = readFileSync(`${ROOT}docs/monitoring.md`, 'utf8');
  const documented = Array.from(guide.matchAll(/^\| `(greenvue_\w+)` \|/gm), ([, name]) => name);
  expect(documented.toSorted()).toEqual(shown.toSorted());
});

describe('with the tools of Prometheus, where they are on the PATH', () => {
  test.runIf(isThere('promtool'))(
    'promtool finds no fault in the rules, and they fire as they should',
    () => {
      expect(promtool(['check', 'rules', ALERTS_FILE])).toContain('SUCCESS');
      expect(promtool(['test', 'rules', ALERTS_TEST_FILE])).toContain('SUCCESS');
    },
  );

  test.runIf(isThere('promtool'))('promtool finds no fault in the metrics of the jobs', async () => {
    const { text } = await scrape();
    const own = text
      .split('\n')
      .filter((line) => /^(# (HELP|TYPE) )?greenvue_/.test(line))
      .join('\n');
    expect(promtool(['check', 'metrics'], `${own}\n`)).toBe('');
  });

  test.runIf(isThere('prometheus'))(
    'a real Prometheus reads the metrics and the rules, and answers what the dashboard asks',
    async () => {
      const { url, text } = await scrape();
      await runEachSecond(url);
      const prometheus = await startPrometheus(url);
      for (const expression of [
        ...panelExpressions(dashboardOf('greenvue-jobs')),
        ...panelExpressions(dashboardOf('greenvue-api')),
      ]) {
        const filled = expression
          .replaceAll('$__rate_interval', '1m')
          .replaceAll('$job', 'greenvue')
          .replaceAll(/\$(instance|type)/g, '.*');
        // A rate of one reading, or a quantile without values, has no value yet. It appears with more runs
        // and readings.
        await expect
          .poll(async () => (await prometheus.query(filled)).some(Number.isFinite), { message: filled })
          .toBe(true);
      }
      expect(text).toContain('greenvue_job_database_up 1');
      await expect
        .poll(async () => new Set(Object.values(await prometheus.rules())))
        .toEqual(new Set(['ok']));
      expect(Object.keys(await prometheus.rules()).sort()).toEqual(rules.map(({ alert }) => alert).sort());
    },
    60_000,
  );
});
