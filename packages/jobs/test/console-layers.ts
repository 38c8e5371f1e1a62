import type { Layer } from './layer.ts';

const SOURCES = 'packages/console/src';

/** Building blocks of pages. These rooms know no session, query or page. */
const UI = [
  'icons',
  'chart',
  'clock',
  'curl',
  'feedback',
  'instant',
  'layout',
  'schedule',
  'status',
  'text',
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
const JOB_ROOMS = ['history', 'timeline', 'durations', 'health', 'audit', 'run now'].map(
  (name) => `console job ${name}`,
);

/** A folder of the console. `entries`: the files that other rooms may import. */
function room(folder: string, may: readonly string[], entries?: readonly string[]): Layer {
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
      'console sign-in',
      'console live',
      'console shell',
      'console overview',
      'console jobs',
      'console job',
      'console form',
      'console form edit',
      'console run',
    ],
  },
  // The server needs only the location of the built files. The other files are for browsers.
  'console server': { paths: [`${SOURCES}/server.ts`], may: [], packages: ['node:'] },

  'console ui icons': room('ui', []),
  'console ui clock': room('ui/clock', ['console ui icons']),
  'console ui text': room('ui/text', ['console ui icons']),
  'console ui chart': room('ui/chart', ['console ui clock']),
  'console ui layout': room('ui/layout', ['console ui icons']),
  'console ui schedule': room('ui/schedule', ['console ui clock']),
  'console ui curl': room('ui/curl', ['console ui layout', 'console ui text']),
  'console ui feedback': room('ui/feedback', ['console ui icons', 'console ui text']),
  'console ui instant': room('ui/instant', ['console ui clock', 'console ui schedule', 'console ui text']),
  'console ui status': room('ui/status', [
    'console ui icons',
    'console ui clock',
    'console ui schedule',
    'console ui text',
  ]),

  'console session': room('session', UI, ['session.tsx', 'session-store.ts', 'viewer.ts']),
  'console data': room('data', SESSION),
  'console actions': room('actions', DATA),
  'console live': room('live', DATA, ['live.tsx', 'follow.ts']),
  'console keyboard': room('keyboard', UI, ['keys.ts', 'keys-provider.tsx']),
  'console page frame': room('page', SESSION),
  'console shell header': room(
    'shell/header',
    [...SESSION, 'console live', 'console page frame'],
    ['header.tsx', 'phone-menu.tsx'],
  ),
  'console shell': room(
    'shell',
    [...DATA, ...PAGE, 'console live', 'console shell header'],
    ['shell.tsx', 'broken-console.tsx', 'raw-location.ts'],
  ),

  'console account': room('account', [...ACTIONS, ...PAGE]),
  'console sign-in': room('sign-in', [...SESSION, 'console account'], ['session-gate.tsx']),
  'console job dialogs': room('job-dialogs', ACTIONS, ['job-dialogs.tsx', 'use-job-question.ts']),

  'console overview lists': room('overview/lists', DATA),
  'console overview minutes': room('overview/minutes', UI, ['minutes-panel.tsx']),
  'console overview': room(
    'overview',
    [...DATA, ...PAGE, 'console overview lists', 'console overview minutes'],
    ['overview-page.tsx'],
  ),

  'console jobs filter': room('jobs/filter', DATA),
  'console jobs pages': room(
    'jobs/pages',
    [...DATA, 'console jobs filter'],
    ['use-job-pages.ts', 'use-place.ts'],
  ),
  'console jobs selection': room('jobs/selection', [...DATA, 'console jobs filter']),
  'console jobs bulk': room('jobs/bulk', ACTIONS),
  'console jobs cells': room('jobs/cells', ACTIONS),
  'console jobs table': room('jobs/table', [...DATA, ...PAGE, ...JOBS_LIST], ['job-table.tsx']),
  'console jobs': room(
    'jobs',
    [...ACTIONS, ...PAGE, ...JOBS_LIST, 'console jobs table', 'console job dialogs'],
    ['jobs-page.tsx'],
  ),

  'console job history': room('job/history', DATA, ['history.tsx', 'paged-runs.tsx', 'recent-runs.ts']),
  'console job timeline': room('job/timeline', [...DATA, 'console job history'], ['timeline.tsx']),
  'console job durations': room('job/durations', [...DATA, 'console job history'], ['duration-section.tsx']),
  'console job health': room('job/health', ACTIONS, ['health-panel.tsx']),
  'console job audit': room('job/audit', DATA, ['audit-trail.tsx']),
  'console job run now': room('job/run-now', ACTIONS, ['run-now-dialog.tsx']),
  'console job': room('job', [...ACTIONS, ...PAGE, ...JOB_ROOMS, 'console job dialogs'], ['job-page.tsx']),

  'console run log': room('run/log', [...DATA, ...PAGE], ['run-log.tsx']),
  'console run': room('run', [...ACTIONS, ...PAGE, 'console run log'], ['run-page.tsx']),

  // The form of a job, from its data to the two pages that show it.
  'console form payload': room('job-form/payload', UI),
  'console form draft': room('job-form/draft', [...UI, 'console form payload']),
  'console form fields': room('job-form/fields', [...UI, ...FORM_DATA]),
  'console form payload inputs': room(
    'job-form/payload-inputs',
    [...UI, ...FORM_FIELDS],
    ['payload-section.tsx'],
  ),
  'console form schedule': room('job-form/schedule', [...DATA, ...FORM_FIELDS]),
  'console form': room(
    'job-form',
    [...ACTIONS, ...PAGE, ...FORM_PARTS],
    ['job-form.tsx', 'leave-guard.tsx', 'new-job-page.tsx', 'only-admins.tsx'],
  ),
  'console form edit': room(
    'job-form/edit',
    [...ACTIONS, ...PAGE, ...FORM_PARTS, 'console form'],
    ['edit-job-page.tsx'],
  ),
};
