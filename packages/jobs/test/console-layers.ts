import type { Layer } from './layer.ts';

const SOURCES = 'packages/console/src';

/** Building blocks of pages. These folders know no session, query or page. */
const UI = [
  'icons',
  'config',
  'chart',
  'clock',
  'curl',
  'feedback',
  'instant',
  'layout',
  'schedule',
  'status',
  'text',
  'timeline',
  'toggles',
  'diff',
  'definition',
  'help',
].map((name) => `console ui ${name}`);
const SESSION = [...UI, 'console session'];
const DATA = [...SESSION, 'console data'];
const ACTIONS = [...DATA, 'console actions'];
/** What a page may use of the frame around it. */
const PAGE = ['console page frame', 'console keyboard'];

const FORM_DATA = ['console form payload', 'console form draft'];
const FORM_FIELDS = [...FORM_DATA, 'console form fields'];
const FORM_PARTS = [...FORM_FIELDS, 'console form payload inputs', 'console form schedule'];

const JOBS_LIST = ['filter', 'pages', 'selection', 'bulk', 'cells'].map((name) => `console jobs ${name}`);
const JOB_FOLDERS = ['history', 'timeline', 'durations', 'health', 'versions'].map(
  (name) => `console job ${name}`,
);

/** A folder of the console. `entries`: the files that other folders may import. */
function layer(folder: string, may: readonly string[], entries?: readonly string[]): Layer {
  const paths = [`${SOURCES}/${folder}/`];
  return entries === undefined ? { paths, may } : { paths, may, entries };
}

/** The import rules of the console. */
export const CONSOLE_LAYERS: Readonly<Record<string, Layer>> = {
  console: {
    paths: [`${SOURCES}/`],
    may: [
      ...ACTIONS,
      ...PAGE,
      'console account',
      'console activity',
      'console channels',
      'console job types',
      'console secrets',
      'console users',
      'console tokens',
      'console sign-in',
      'console live',
      'console shell',
      'console nodes',
      'console overview',
      'console jobs',
      'console job',
      'console form',
      'console form edit',
      'console compare',
      'console run',
      'console runs',
      'console failures',
      'console timeline',
    ],
  },
  // Serves the built files. The other files are for browsers.
  'console server': {
    paths: [`${SOURCES}/server/`, `${SOURCES}/package-file.ts`],
    may: [],
    packages: ['node:'],
    typePackages: ['fastify'],
  },

  'console ui icons': layer('ui', []),
  'console ui config': layer('ui/config', ['console ui icons']),
  'console ui clock': layer('ui/clock', ['console ui icons']),
  'console ui text': layer('ui/text', ['console ui icons']),
  'console ui chart': layer('ui/chart', ['console ui clock']),
  'console ui layout': layer('ui/layout', ['console ui icons', 'console ui config']),
  'console ui schedule': layer('ui/schedule', ['console ui clock']),
  'console ui diff': layer('ui/diff', ['console ui feedback', 'console ui text']),
  'console ui definition': layer('ui/definition', [
    'console ui diff',
    'console ui feedback',
    'console ui layout',
    'console ui text',
  ]),
  'console ui curl': layer('ui/curl', [
    'console ui config',
    'console ui definition',
    'console ui layout',
    'console ui text',
  ]),
  'console ui feedback': layer('ui/feedback', ['console ui icons', 'console ui text']),
  'console ui instant': layer('ui/instant', ['console ui clock', 'console ui schedule', 'console ui text']),
  'console ui toggles': layer('ui/toggles', ['console ui text']),
  'console ui help': layer('ui/help', ['console ui icons', 'console ui feedback']),
  'console ui status': layer('ui/status', [
    'console ui icons',
    'console ui instant',
    'console ui clock',
    'console ui schedule',
    'console ui text',
  ]),

  'console ui timeline': layer('ui/timeline', ['console ui chart', 'console ui clock', 'console ui status']),

  'console session': layer('session', UI, ['session.tsx', 'session-store.ts', 'viewer.ts']),
  'console data': layer('data', SESSION),
  'console actions': layer('actions', DATA),
  'console live': layer('live', DATA, ['live.tsx', 'follow.ts']),
  'console keyboard': layer('keyboard', UI, ['keys.ts', 'keys-provider.tsx', 'command-keys.ts']),
  'console page frame': layer('page', SESSION),
  'console shell header': layer(
    'shell/header',
    [...ACTIONS, ...PAGE, 'console live'],
    ['header.tsx', 'phone-menu.tsx', 'navigation.ts', 'use-sign-out.ts'],
  ),
  'console shell': layer(
    'shell',
    [
      ...DATA,
      ...PAGE,
      'console live',
      'console shell header',
      'console all paused',
      'console nodes',
      'console palette',
    ],
    ['shell.tsx', 'broken-console.tsx', 'raw-location.ts'],
  ),

  // What ran and what comes.
  'console timeline': layer(
    'timeline',
    [...ACTIONS, ...PAGE],
    ['what-comes/what-comes-page.tsx', 'what-ran/what-ran-page.tsx'],
  ),
  'console activity entries': layer('activity/entries', DATA),
  'console activity': layer(
    'activity',
    [...ACTIONS, ...PAGE, 'console activity entries', 'console runs filter'],
    ['activity-page.tsx'],
  ),
  'console all paused': layer(
    'all-paused',
    [...ACTIONS, 'console job dialogs'],
    ['all-paused-banner.tsx', 'pause-all-button.tsx', 'pause-all-dialog.tsx', 'use-pause-of-all.ts'],
  ),
  'console palette': layer(
    'palette',
    [...ACTIONS, ...PAGE, 'console views', 'console shell header', 'console all paused'],
    ['palette.tsx'],
  ),
  'console views': layer('views', ACTIONS, [
    'list-tools.tsx',
    'look.ts',
    'saved-views.ts',
    'use-look.ts',
    'use-views.ts',
  ]),
  'console account': layer('account', [...ACTIONS, ...PAGE]),
  'console channels': layer('channels', [...ACTIONS, ...PAGE], ['channels-page.tsx']),
  'console job types': layer(
    'job-types',
    [...DATA, ...PAGE, 'console trends', 'console form payload'],
    ['job-types-page.tsx', 'job-type-page.tsx'],
  ),
  'console secrets': layer('secrets', [...ACTIONS, ...PAGE], ['secrets-page.tsx']),
  'console users': layer('users', [...ACTIONS, ...PAGE, 'console account'], ['users-page.tsx']),
  'console tokens': layer('tokens', [...ACTIONS, ...PAGE], ['tokens-page.tsx']),
  'console sign-in': layer('sign-in', [...SESSION, 'console account'], ['session-gate.tsx']),
  'console job dialogs': layer('job-dialogs', ACTIONS, [
    'job-dialogs.tsx',
    'pause-fields.tsx',
    'use-job-question.ts',
  ]),

  'console bulk': layer('bulk', ACTIONS),
  'console backfill': layer(
    'backfill',
    [...ACTIONS, ...PAGE],
    ['backfill-button.tsx', 'backfills-panel.tsx'],
  ),
  'console run now': layer(
    'run-now',
    [...ACTIONS, 'console form payload', 'console form fields'],
    ['run-now-dialog.tsx', 'run-row-dialog.tsx', 'enqueue-dialog.tsx'],
  ),

  'console nodes': layer(
    'nodes',
    [...ACTIONS, ...PAGE],
    ['nodes-page.tsx', 'all-drained-banner.tsx', 'node-health.tsx', 'places.tsx'],
  ),
  'console trends': layer('trends', DATA, ['trends-panel.tsx', 'range.ts']),
  'console overview lists': layer('overview/lists', DATA),
  'console overview minutes': layer('overview/minutes', UI, ['minutes-panel.tsx']),
  'console overview': layer(
    'overview',
    [
      ...ACTIONS,
      ...PAGE,
      'console overview lists',
      'console overview minutes',
      'console trends',
      'console nodes',
    ],
    ['overview-page.tsx'],
  ),

  'console jobs filter': layer('jobs/filter', [...DATA, 'console views']),
  'console jobs pages': layer(
    'jobs/pages',
    [...DATA, 'console jobs filter'],
    ['use-job-pages.ts', 'use-place.ts'],
  ),
  'console jobs selection': layer('jobs/selection', [...DATA, 'console jobs filter']),
  'console jobs bulk': layer('jobs/bulk', [
    ...ACTIONS,
    'console bulk',
    'console jobs filter',
    'console jobs selection',
  ]),
  'console jobs cells': layer('jobs/cells', ACTIONS),
  'console jobs table': layer(
    'jobs/table',
    [...DATA, ...PAGE, ...JOBS_LIST, 'console views'],
    ['job-table.tsx', 'job-columns.ts'],
  ),
  'console jobs': layer(
    'jobs',
    [
      ...ACTIONS,
      ...PAGE,
      ...JOBS_LIST,
      'console bulk',
      'console views',
      'console all paused',
      'console jobs table',
      'console job dialogs',
      'console run now',
    ],
    ['jobs-page.tsx'],
  ),

  'console job history': layer(
    'job/history',
    [...DATA, 'console runs table'],
    ['history.tsx', 'recent-runs.ts'],
  ),
  'console job timeline': layer('job/timeline', [...DATA, 'console job history'], ['timeline.tsx']),
  'console job durations': layer('job/durations', [...DATA, 'console job history'], ['duration-section.tsx']),
  'console job health': layer('job/health', ACTIONS, ['health-panel.tsx']),
  'console job versions': layer('job/versions', ACTIONS, ['version-list.tsx']),
  'console job': layer(
    'job',
    [
      ...ACTIONS,
      ...PAGE,
      ...JOB_FOLDERS,
      'console backfill',
      'console activity entries',
      'console trends',
      'console job dialogs',
      'console run now',
      'console runs table',
    ],
    ['job-page.tsx'],
  ),

  'console compare': layer('compare', [...ACTIONS, ...PAGE], ['compare-page.tsx']),
  'console run log': layer('run/log', [...DATA, ...PAGE], ['run-log.tsx']),
  'console run': layer('run', [...ACTIONS, ...PAGE, 'console run log'], ['run-page.tsx']),

  'console runs table': layer(
    'runs/table',
    [...DATA, 'console views'],
    ['paged-runs.tsx', 'run-columns.tsx'],
  ),
  'console runs filter': layer('runs/filter', [...DATA, 'console views']),
  'console runs bulk': layer('runs/bulk', [...ACTIONS, 'console bulk', 'console runs filter']),
  'console runs': layer(
    'runs',
    [
      ...ACTIONS,
      ...PAGE,
      'console bulk',
      'console views',
      'console runs bulk',
      'console runs table',
      'console runs filter',
    ],
    ['runs-page.tsx'],
  ),
  'console failures': layer('failures', [...DATA, ...PAGE], ['failures-page.tsx']),

  // The form of a job, from its data to the two pages that show it.
  'console form payload': layer('job-form/payload', UI),
  'console form draft': layer('job-form/draft', [...UI, 'console form payload']),
  'console form fields': layer('job-form/fields', [...UI, ...FORM_DATA]),
  'console form payload inputs': layer(
    'job-form/payload-inputs',
    [...UI, ...FORM_FIELDS],
    ['payload-section.tsx'],
  ),
  'console form schedule': layer('job-form/schedule', [...DATA, ...FORM_FIELDS]),
  'console form': layer(
    'job-form',
    [...ACTIONS, ...PAGE, ...FORM_PARTS],
    ['job-form.tsx', 'leave-guard.tsx', 'new-job-page.tsx', 'only-admins.tsx'],
  ),
  'console form edit': layer(
    'job-form/edit',
    [...ACTIONS, ...PAGE, ...FORM_PARTS, 'console form'],
    ['edit-job-page.tsx'],
  ),
};
