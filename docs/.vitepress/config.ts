import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DefaultTheme, defineConfig } from 'vitepress';
import llmstxt from 'vitepress-plugin-llms';
import { useFileNames } from './file-names.ts';
import { headingSlug } from './heading-slug.ts';
import { useRepositoryLinks } from './repository-links.ts';

const DOCS = join(import.meta.dirname, '..');
const BASE = process.env.DOCS_BASE ?? '/';

const page = (path: string, text?: string): DefaultTheme.SidebarItem => ({
  text: text ?? titleOf(path),
  link: `/${path}`,
});

const quickstart = (framework: string) => {
  const path = `quickstart/${framework}`;
  return page(path, titleOf(path).replace('Quickstart: ', ''));
};

function titleOf(path: string): string {
  const [, title = path] = /^# (.+)$/m.exec(readFileSync(join(DOCS, `${path}.md`), 'utf8')) ?? [];
  return title.replaceAll('`', '');
}

const sidebar: DefaultTheme.SidebarItem[] = [
  {
    text: 'Quickstart',
    items: [
      page('quickstart/', 'Choose a framework'),
      ...['fastify', 'express', 'hono', 'koa', 'nestjs', 'nextjs', 'node-http'].map(quickstart),
    ],
  },
  {
    text: 'Start',
    items: [
      page('embedding'),
      page('custom-job-types'),
      page('jobs-in-code'),
      page('testing'),
      page('schedules'),
      page('chains-and-gates'),
      page('forecast'),
      page('bulk'),
    ],
  },
  {
    text: 'Concepts',
    items: [page('lifecycle'), page('glossary'), page('promises')],
  },
  {
    text: 'Reliability',
    items: [
      page('reliability', 'What holds when things break'),
      ...readdirSync(join(DOCS, 'reliability')).map((file) => page(`reliability/${file.replace('.md', '')}`)),
    ],
  },
  {
    text: 'Guides',
    items: [
      page('errors-and-retries'),
      page('limits-and-priority'),
      page('resume'),
      page('exactly-once'),
      page('watching'),
      page('calendars'),
      page('alerts'),
      page('http-requests'),
      page('secrets'),
      page('monitors'),
      page('transactions', 'Runs in your transaction'),
      page('shutdown-and-deploys'),
      page('security'),
      page('threat-model'),
      page('asvs'),
      page('scaling', 'Several nodes'),
      page('failures'),
      page('monitoring'),
      page('telemetry'),
      page('console'),
      page('backfill'),
      page('troubleshooting'),
      page('production'),
      page('where-it-runs'),
    ],
  },
  {
    text: 'Reference',
    items: [
      page('reference/library/', 'The library'),
      page('reference/rest', 'REST, every route'),
      page('rest-api', 'REST, how to use it'),
      page('client'),
      page('cli', 'Command line'),
      page('versions'),
    ],
  },
  {
    text: 'Compare',
    items: [
      page('comparison'),
      page('peers'),
      page('performance'),
      page('migrating'),
      page('migrating/bullmq'),
      page('migrating/agenda'),
      page('migrating/pg-boss'),
      page('migrating/node-cron'),
    ],
  },
  {
    text: 'GreenVue, the example',
    items: [
      page('demo'),
      page('operations'),
      page('greenvue-postgres'),
      page('configuration'),
      page('accounts'),
      page('rights'),
    ],
  },
  {
    text: 'The project',
    collapsed: true,
    items: [
      page('architecture'),
      page('decisions/', 'Decisions'),
      page('measurements/', 'Measurements'),
      page('lessons'),
      page('dependencies'),
    ],
  },
];

// https://vitepress.dev/reference/site-config
export default defineConfig({
  title: 'GreenVue jobs',
  description:
    'Recurring background jobs inside your API process: SQLite on one machine, PostgreSQL on several.',
  base: BASE,
  outDir: '../dist/docs',
  cleanUrls: true,
  ignoreDeadLinks: [/^http:\/\/localhost/],
  lastUpdated: false,
  rewrites: {
    'decisions/README.md': 'decisions/index.md',
    'measurements/README.md': 'measurements/index.md',
  },
  vite: { plugins: [llmstxt({ excludeUnnecessaryFiles: false, excludeIndexPage: false })] },
  markdown: {
    anchor: { slugify: headingSlug },
    config(markdown) {
      useRepositoryLinks(markdown, BASE);
      useFileNames(markdown);
    },
  },
  themeConfig: {
    sidebar,
    nav: [
      { text: 'Quickstart', link: '/quickstart/' },
      { text: 'Reference', link: '/reference/library/' },
      { text: 'Compare', link: '/comparison' },
    ],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // Guides come first. The generated pages have each word of the library many times.
          searchOptions: {
            boostDocument: (id: string) =>
              /\/(reference|measurements|decisions|migrating|lessons|peers|architecture)\b/.test(id)
                ? 0.3
                : 1,
          },
        },
      },
    },
    outline: { level: [2, 3] },
  },
});
