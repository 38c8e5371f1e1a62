import type { Layer } from './layer.ts';

const ENGINE = 'packages/jobs/src/engine';
const CORE = ['core', 'plain core'];
/** Types that every folder may import: attempts, their ends, and times. */
const TYPES = [
  'engine port',
  'engine alerts',
  'engine settings',
  'engine nodes',
  'engine events',
  'engine stats',
  'engine pings',
  'engine hooks',
];

interface FolderRules {
  readonly may?: readonly string[];
  readonly mayTypes?: readonly string[];
  /** The files that other folders may import. */
  readonly entries?: readonly string[];
  /** Further files that other folders may import types from. */
  readonly typeEntries?: readonly string[];
  readonly packages?: readonly string[];
}

function layer(folder: string, { may = [], packages = [], ...rest }: FolderRules): Layer {
  return { paths: [`${ENGINE}/${folder}/`], may: [...CORE, ...may], packages, ...rest };
}

/** The import rules of the engine, from folders without imports to folders that use all others. */
export const ENGINE_LAYERS: Readonly<Record<string, Layer>> = {
  // What the engine offers to its callers and asks of its host, as types.
  'engine port': layer('ports', {}),
  // An attempt, its result, and how the engine makes the result safe to store.
  'engine attempts': layer('attempts', { may: ['engine port', 'thread'], packages: ['node:'] }),
  // What the host process gives the engine: a logger, a tracer.
  'engine host': layer('host', { may: ['engine port', 'engine attempts'], packages: ['node:'] }),
  'engine timing': layer('timing', {
    packages: ['node:'],
    entries: ['due-times.ts', 'pace.ts', 'pass-loop.ts', 'pause-state.ts', 'plan-timer.ts', 'throttle.ts'],
  }),
  'engine settings': {
    paths: [`${ENGINE}/options.ts`],
    may: [...CORE, 'engine port', 'engine host', 'system clock'],
    mayTypes: ['engine timing', 'outbound'],
    packages: [],
  },
  // The keys of secrets.
  'engine secrets': layer('secrets', { mayTypes: ['engine port'], packages: ['node:'] }),
  'engine job types': layer('job-types', {
    may: ['engine port', 'engine settings', 'engine attempts', 'engine secrets', 'thread'],
    packages: ['node:'],
  }),
  'engine nodes': layer('nodes', {
    mayTypes: ['engine settings'],
    packages: ['node:'],
    entries: ['node.ts'],
  }),
  'engine events': layer('events', {
    mayTypes: ['engine port', 'engine nodes'],
    entries: ['event-feed.ts'],
  }),
  'engine stats': layer('stats', {
    mayTypes: ['engine port', 'engine nodes', 'engine timing'],
    entries: ['meter.ts', 'counts.ts', 'node-stats.ts', 'kept-minutes.ts', 'paced-read.ts', 'upkeep-read.ts'],
  }),
  // What monitors outside are told.
  'engine pings': layer('pings', {
    may: ['outbound'],
    mayTypes: ['engine port', 'engine settings'],
    entries: ['pings.ts', 'heartbeats.ts'],
  }),
  'engine threads': layer('threads', {
    may: ['engine attempts', 'thread', 'system clock', 'outbound'],
    mayTypes: ['engine settings', 'engine job types'],
    packages: ['node:'],
    entries: ['thread-pool.ts', 'load-threads.ts', 'job-thread.ts'],
  }),
  // What an attempt saves for the next one of its run.
  'engine resume': layer('resume', {
    may: ['engine attempts', 'engine timing'],
    mayTypes: ['engine settings', 'engine job types'],
    packages: ['node:'],
  }),
  // The code that is called after ends of runs and pauses of jobs.
  'engine hooks': layer('hooks', {
    may: ['engine attempts', 'engine job types'],
    mayTypes: ['engine settings', 'engine settling'],
    packages: ['node:'],
    entries: ['hook-caller.ts'],
  }),
  'engine settling': layer('settling', {
    may: ['engine attempts', 'engine timing'],
    mayTypes: TYPES,
    entries: ['settlements.ts'],
    typeEntries: ['ended-claim.ts'],
  }),
  'engine places': layer('places', {
    may: ['engine attempts', 'engine job types', 'engine resume', 'engine timing'],
    mayTypes: [...TYPES, 'engine threads', 'engine settling'],
    entries: ['executor.ts'],
    typeEntries: ['running-attempts.ts', 'unstarted-claims.ts'],
  }),
  // How people are told what happens.
  'engine alerts': layer('alerts', {
    may: ['engine port', 'engine secrets'],
    mayTypes: ['engine settings', 'engine nodes', 'outbound'],
    packages: ['node:', 'nodemailer'],
    entries: ['alerts.ts'],
  }),
  'engine pass': layer('pass', {
    may: ['engine timing'],
    mayTypes: [...TYPES, 'engine settling', 'engine places'],
    entries: ['dispatcher.ts'],
    typeEntries: ['pass-deps.ts'],
  }),
  // The list of the parts.
  'engine parts': {
    paths: [`${ENGINE}/engine-parts.ts`],
    may: [],
    mayTypes: ['engine job types', 'engine threads', 'engine pass', 'engine pings'],
    packages: [],
  },
  'engine lifecycle': layer('lifecycle', {
    may: [
      'engine port',
      'engine attempts',
      'engine secrets',
      'engine threads',
      'engine timing',
      'engine pings',
    ],
    mayTypes: [
      ...TYPES,
      'engine parts',
      'engine settling',
      'engine places',
      'engine pass',
      'engine watching',
      'engine bulk',
      'engine declarations',
      'outbound',
    ],
    entries: ['lifecycle.ts', 'pause-watch.ts'],
    typeEntries: ['node-membership.ts'],
  }),
  // The rules of what code hands in, as tables.
  'engine input': layer('input', {
    may: ['engine port', 'outbound'],
    mayTypes: ['engine settings'],
    entries: ['checked-arguments.ts', 'job-rules.ts', 'option-rules.ts'],
  }),
  // Those who wait for the end of runs, or listen to their events.
  'engine watching': layer('watching', {
    may: ['engine port'],
    mayTypes: ['engine events'],
    entries: ['run-listeners.ts', 'run-result.ts', 'run-waits.ts'],
  }),
  'engine api': layer('api', {
    may: ['engine port', 'engine job types', 'engine secrets', 'engine watching'],
    mayTypes: [...TYPES, 'engine parts', 'engine lifecycle'],
    entries: [
      'alert-api.ts',
      'calendar-api.ts',
      'secret-api.ts',
      'command-effects.ts',
      'command-options.ts',
      'jobs/job-definition.ts',
      'store-writes.ts',
      'runs/enqueue.ts',
      'runs/enqueue-and-wait.ts',
      'jobs/job-api.ts',
      'runs/failure-api.ts',
      'backfill-api.ts',
      'node-api.ts',
      'forecast.ts',
      'list-api.ts',
      'pause-all.ts',
      'jobs/preview.ts',
      'runs/run-api.ts',
      'runs/timeline-api.ts',
      'runs/trigger.ts',
      'jobs/version-api.ts',
    ],
  }),
  // The jobs that the program declares.
  'engine declarations': layer('declarations', {
    may: ['engine port', 'engine api', 'engine input', 'engine job types'],
    mayTypes: ['engine parts'],
    packages: ['node:'],
    entries: ['declare-job.ts', 'jobs-in-code.ts'],
  }),
  // Changes of many jobs or runs by one command.
  'engine bulk': layer('bulk', {
    may: ['engine port', 'engine api'],
    mayTypes: ['engine parts'],
    entries: ['bulk-commands.ts', 'kept-commands.ts'],
  }),
  // Counts of finished runs over time.
  'engine history': layer('history', {
    may: ['engine port', 'engine stats', 'engine api'],
    mayTypes: ['engine parts'],
    entries: ['history.ts'],
  }),
  engine: {
    paths: [`${ENGINE}/`],
    may: [
      ...CORE,
      'outbound',
      'engine port',
      'engine input',
      'engine alerts',
      'engine settings',
      'engine timing',
      'engine job types',
      'engine nodes',
      'engine events',
      'engine stats',
      'engine pings',
      'engine threads',
      'engine hooks',
      'engine settling',
      'engine places',
      'engine pass',
      'engine lifecycle',
      'engine watching',
      'engine api',
      'engine bulk',
      'engine declarations',
      'engine history',
      'engine secrets',
    ],
    mayTypes: ['engine parts', 'engine attempts'],
    packages: [],
  },
};
