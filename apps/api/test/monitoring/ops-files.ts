import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

const pathOf = (file: string) => fileURLToPath(new URL(`../../../../ops/${file}`, import.meta.url));

export const DASHBOARD_FILES = ['grafana/greenvue-jobs.json', 'grafana/greenvue-api.json'].map(pathOf);
export const ALERTS_FILE = pathOf('prometheus/alerts.yaml');
export const ALERTS_TEST_FILE = pathOf('prometheus/alerts.test.yaml');

const panelSchema = z.looseObject({
  id: z.int(),
  type: z.string(),
  title: z.string().min(1),
  description: z.string().optional(),
  fieldConfig: z.looseObject({ defaults: z.looseObject({ unit: z.string().optional() }) }).optional(),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  datasource: z.object({ type: z.string(), uid: z.string() }).optional(),
  targets: z.array(z.looseObject({ refId: z.string(), expr: z.string() })).default([]),
});

const dashboardSchema = z.looseObject({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.int(),
  templating: z.object({
    list: z.array(z.looseObject({ name: z.string(), type: z.string(), definition: z.string().optional() })),
  }),
  panels: z.array(panelSchema),
});

const rulesSchema = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string(),
          labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
          annotations: z.strictObject({ summary: z.string() }),
        }),
      ),
    }),
  ),
});

const ruleTestsSchema = z.looseObject({
  tests: z.array(
    z.looseObject({
      input_series: z.array(z.object({ series: z.string(), values: z.string() })),
      alert_rule_test: z.array(z.looseObject({ alertname: z.string() })).default([]),
    }),
  ),
});

const dashboards = DASHBOARD_FILES.map((file) =>
  dashboardSchema.parse(JSON.parse(readFileSync(file, 'utf8'))),
);
type Dashboard = z.output<typeof dashboardSchema>;
export const rules = rulesSchema
  .parse(parse(readFileSync(ALERTS_FILE, 'utf8')))
  .groups.flatMap((group) => group.rules);
export const ruleTests = ruleTestsSchema.parse(parse(readFileSync(ALERTS_TEST_FILE, 'utf8'))).tests;

/** The expressions of a dashboard's panels. */
export const panelExpressions = ({ panels }: Dashboard): readonly string[] =>
  panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** The queries of a dashboard's variables. */
export const variableExpressions = ({ templating }: Dashboard): readonly string[] =>
  templating.list.flatMap(({ definition }) => definition ?? []);

export function dashboardOf(uid: 'greenvue-jobs' | 'greenvue-api'): Dashboard {
  const found = dashboards.find((dashboard) => dashboard.uid === uid);
  if (found === undefined) throw new Error(`There is no dashboard ${uid}.`);
  return found;
}
