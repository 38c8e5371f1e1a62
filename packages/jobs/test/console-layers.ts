import type { Layer } from './layer.ts';

const SOURCES = 'packages/console/src';

interface FolderRules {
  /** The folders that it may import, without those inside them. */
  readonly may: readonly string[];
  /** The files that other folders may import; absent: all files. */
  readonly entries?: readonly string[];
}

/** Building blocks of pages. These folders know no session, query or page. */
const UI_FOLDERS: Readonly<Record<string, FolderRules>> = {
  ui: { may: [] },
  'ui/config': { may: ['ui'] },
  'ui/clock': { may: ['ui'] },
  'ui/text': { may: ['ui'] },
  'ui/chart': { may: ['ui/clock', 'ui/schedule'] },
  'ui/layout': { may: ['ui', 'ui/config'] },
  'ui/lone-page': { may: ['ui', 'ui/config', 'ui/layout'] },
  'ui/schedule': { may: ['ui/clock'] },
  'ui/diff': { may: ['ui/feedback', 'ui/text'] },
  'ui/definition': { may: ['ui/diff', 'ui/feedback', 'ui/layout', 'ui/text'] },
  'ui/curl': { may: ['ui/config', 'ui/definition', 'ui/layout', 'ui/text'] },
  'ui/feedback': { may: ['ui', 'ui/text'] },
  'ui/instant': { may: ['ui/clock', 'ui/schedule', 'ui/text'] },
  'ui/table': { may: [] },
  'ui/range': { may: ['ui/clock', 'ui/toggles'] },
  'ui/toggles': { may: ['ui/text'] },
  'ui/help': { may: ['ui', 'ui/feedback'] },
  'ui/status': { may: ['ui', 'ui/instant', 'ui/clock', 'ui/schedule', 'ui/text'] },
  'ui/timeline': { may: ['ui/chart', 'ui/clock', 'ui/status'] },
};

const UI = Object.keys(UI_FOLDERS);
const SESSION = [...UI, 'session'];
const DATA = [...SESSION, 'data'];
const ACTIONS = [...DATA, 'actions'];
/** What a page may use: also the frame around it. */
const PAGE = [...ACTIONS, 'page', 'keyboard'];

const JOBS_LIST = ['jobs/filter', 'jobs/pages', 'jobs/selection', 'jobs/bulk', 'jobs/cells', 'jobs/rows'];
const JOB_SECTIONS = ['job/history', 'job/timeline', 'job/durations', 'job/health', 'job/versions'];

/** The form of a job, from its data to the two pages that show it. */
const FORM_DRAFT = ['job-form/payload', 'job-form/parts', 'job-form/draft'];
const FORM_FIELDS = [...FORM_DRAFT, 'job-form/labels', 'job-form/fields'];
const FORM_PARTS = [...FORM_FIELDS, 'job-form/payload-inputs', 'job-form/schedule'];
const FORM_FOLDERS: Readonly<Record<string, FolderRules>> = {
  'job-form/payload': { may: UI },
  'job-form/parts': { may: [...UI, 'job-form/payload'] },
  'job-form/draft': { may: [...UI, 'job-form/payload', 'job-form/parts'] },
  'job-form/labels': { may: [...UI, 'job-form/payload', 'job-form/parts'] },
  'job-form/fields': { may: [...UI, ...FORM_DRAFT, 'job-form/labels'] },
  'job-form/payload-inputs': { may: [...UI, ...FORM_FIELDS], entries: ['payload-section.tsx'] },
  'job-form/schedule': { may: [...DATA, ...FORM_FIELDS] },
  'job-form': {
    may: [...PAGE, ...FORM_PARTS],
    entries: ['job-form.tsx', 'leave-guard.tsx', 'new-job-page.tsx', 'only-admins.tsx'],
  },
  'job-form/edit': { may: [...PAGE, ...FORM_PARTS, 'job-form'], entries: ['edit-job-page.tsx'] },
};

/** What several pages show, and the frame around them. */
const SHARED_FOLDERS: Readonly<Record<string, FolderRules>> = {
  session: { may: UI, entries: ['session.tsx', 'session-store.ts', 'viewer.ts'] },
  data: { may: SESSION },
  actions: { may: DATA },
  live: { may: DATA, entries: ['live.tsx', 'follow.ts'] },
  keyboard: { may: UI, entries: ['keys.ts', 'keys-provider.tsx', 'command-keys.ts'] },
  page: { may: SESSION },
  'shell/navigation': { may: PAGE, entries: ['navigation.ts', 'page-links.tsx'] },
  'shell/header': {
    may: [...PAGE, 'live', 'shell/navigation'],
    entries: ['header.tsx', 'phone-menu.tsx', 'use-sign-out.ts'],
  },
  shell: {
    may: [...DATA, 'page', 'keyboard', 'live', 'shell/header', 'all-paused', 'nodes', 'palette'],
    entries: ['shell.tsx', 'broken-console.tsx', 'raw-location.ts'],
  },
  'sign-in': { may: [...SESSION, 'account'], entries: ['session-gate.tsx'] },
  palette: {
    may: [...PAGE, 'views', 'shell/header', 'shell/navigation', 'all-paused'],
    entries: ['palette.tsx'],
  },
  views: {
    may: ACTIONS,
    entries: ['list-tools.tsx', 'look.ts', 'saved-views.ts', 'use-look.ts', 'use-views.ts'],
  },
  'all-paused': {
    may: [...ACTIONS, 'job-dialogs'],
    entries: [
      'paused-banner.tsx',
      'pause-all-button.tsx',
      'pause-all-dialog.tsx',
      'resume-all-dialog.tsx',
      'use-pause-of-all.ts',
    ],
  },
  'job-dialogs': {
    may: [...ACTIONS, 'bulk'],
    entries: ['job-dialogs.tsx', 'pause-fields.tsx', 'use-job-question.ts'],
  },
  bulk: { may: ACTIONS },
  'backfill/window': { may: DATA },
  backfill: {
    may: [...PAGE, 'backfill/window'],
    entries: ['backfill-button.tsx', 'backfills-panel.tsx', 'pause-line.tsx'],
  },
  'run-now': {
    may: [...ACTIONS, 'job-form/payload', 'job-form/labels', 'job-form/fields'],
    entries: ['run-now-dialog.tsx', 'run-row-dialog.tsx', 'enqueue-dialog.tsx'],
  },
  trends: { may: DATA, entries: ['trends-panel.tsx'] },
};

const PAGE_FOLDERS: Readonly<Record<string, FolderRules>> = {
  account: { may: PAGE },
  'activity/entries': { may: DATA },
  activity: { may: [...PAGE, 'activity/entries', 'runs/filter'], entries: ['activity-page.tsx'] },
  calendars: { may: PAGE, entries: ['calendars-page.tsx'] },
  channels: { may: PAGE, entries: ['channels-page.tsx'] },
  compare: { may: PAGE, entries: ['compare-page.tsx'] },
  failures: { may: [...DATA, 'page', 'keyboard'], entries: ['failures-page.tsx'] },
  'job-types': {
    may: [...DATA, 'page', 'keyboard', 'trends', 'job-form/payload'],
    entries: ['job-types-page.tsx', 'job-type-page.tsx'],
  },
  nodes: {
    may: PAGE,
    entries: ['nodes-page.tsx', 'all-drained-banner.tsx', 'node-health.tsx', 'places.tsx'],
  },
  'overview/lists': { may: DATA },
  'overview/minutes': { may: UI, entries: ['minutes-panel.tsx'] },
  overview: {
    may: [...PAGE, 'overview/lists', 'overview/minutes', 'trends', 'nodes'],
    entries: ['overview-page.tsx'],
  },
  secrets: { may: PAGE, entries: ['secrets-page.tsx'] },
  timeline: { may: PAGE, entries: ['what-comes/what-comes-page.tsx', 'what-ran/what-ran-page.tsx'] },
  tokens: { may: PAGE, entries: ['tokens-page.tsx'] },
  users: { may: [...PAGE, 'account'], entries: ['users-page.tsx'] },

  'jobs/filter': { may: [...DATA, 'views'] },
  'jobs/pages': { may: [...DATA, 'jobs/filter'], entries: ['use-job-pages.ts', 'use-place.ts'] },
  'jobs/selection': { may: [...DATA, 'jobs/filter'] },
  'jobs/bulk': { may: [...ACTIONS, 'bulk', 'jobs/filter', 'jobs/selection'] },
  'jobs/cells': { may: ACTIONS },
  'jobs/rows': { may: [...DATA, 'keyboard', 'jobs/cells'] },
  'jobs/table': {
    may: [...DATA, 'page', 'keyboard', ...JOBS_LIST, 'views'],
    entries: ['job-table.tsx', 'job-columns.ts'],
  },
  jobs: {
    may: [...PAGE, ...JOBS_LIST, 'jobs/table', 'bulk', 'views', 'all-paused', 'job-dialogs', 'run-now'],
    entries: ['jobs-page.tsx'],
  },

  'job/history': { may: [...DATA, 'runs/table'], entries: ['history.tsx', 'recent-runs.ts'] },
  'job/timeline': { may: [...DATA, 'job/history'], entries: ['timeline.tsx'] },
  'job/durations': { may: [...DATA, 'job/history'], entries: ['duration-section.tsx'] },
  'job/health': { may: ACTIONS, entries: ['health-panel.tsx'] },
  'job/versions': { may: ACTIONS, entries: ['version-list.tsx'] },
  job: {
    may: [
      ...PAGE,
      ...JOB_SECTIONS,
      ...['backfill', 'activity/entries', 'trends', 'job-dialogs', 'run-now', 'runs/table'],
    ],
    entries: ['job-page.tsx'],
  },

  'run/log': { may: [...DATA, 'page', 'keyboard'], entries: ['run-log.tsx'] },
  'run/progress': { may: UI, entries: ['run-progress.tsx'] },
  run: { may: [...PAGE, 'run/log', 'run/progress'], entries: ['run-page.tsx'] },
  'runs/table': { may: [...DATA, 'views'], entries: ['paged-runs.tsx', 'run-columns.tsx', 'choosing.ts'] },
  'runs/filter': { may: [...DATA, 'views'] },
  'runs/bulk': { may: [...ACTIONS, 'bulk', 'runs/filter'] },
  runs: {
    may: [...PAGE, 'bulk', 'views', 'runs/bulk', 'runs/table', 'runs/filter'],
    entries: ['runs-page.tsx'],
  },
};

const FOLDERS = { ...UI_FOLDERS, ...SHARED_FOLDERS, ...FORM_FOLDERS, ...PAGE_FOLDERS };

const nameOf = (folder: string) => `console/${folder}`;

/** The import rules of the console. The name of a layer is its folder. */
export const CONSOLE_LAYERS: Readonly<Record<string, Layer>> = {
  // It puts the pages and the frame together.
  console: { paths: [`${SOURCES}/`], may: Object.keys(FOLDERS).map(nameOf) },
  // Serves the built files. The other files are for browsers.
  'console server': {
    paths: [`${SOURCES}/server/`, `${SOURCES}/package-file.ts`],
    may: [],
    packages: ['node:'],
    typePackages: ['fastify'],
  },
  ...Object.fromEntries(
    Object.entries(FOLDERS).map(([folder, { may, ...entries }]) => [
      nameOf(folder),
      { paths: [`${SOURCES}/${folder}/`], may: may.map(nameOf), ...entries },
    ]),
  ),
};
