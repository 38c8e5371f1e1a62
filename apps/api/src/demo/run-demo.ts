import { join } from 'node:path';
import { showProgress } from '@greenvue/jobs-cli';
import { makeMarket } from '../commands/demo-market.ts';
import { fillMarket } from '../commands/fill-market.ts';
import { type Config, parseConfig } from '../config/config.ts';
import { dataFiles } from '../data-dir/data-dir.ts';
import { takeDataDir } from '../data-dir/take-data-dir.ts';
import { createDeps, createLogger, type Deps } from '../deps.ts';
import { jobTypes } from '../jobs/catalogue.ts';
import { runServer } from '../start/run-server.ts';
import { alertFiles } from './alert-files.ts';
import { makeHistory } from './demo-history.ts';
import { DEMO_CHANNEL, INCIDENT_JOB } from './demo-jobs.ts';
import { type DemoNotes, readNotes, writeNotes } from './demo-notes.ts';
import { addStaff } from './demo-staff.ts';
import { CALM_MARKET_JOBS, DEMO_PASSWORD, DEMO_SIZE } from './market-jobs.ts';
import { demoTypes } from './types/demo-types.ts';
import { welcome } from './welcome.ts';
import { realClock } from './world.ts';

/** The seeded day ends a little before now, so that the server continues it. */
const LEAD_MS = 20_000;

/** Fills a new folder with a market and a day of history, then serves it. Returns what to look at. */
export async function runDemo(given: Config): Promise<string> {
  const config = demoConfig(given);
  const notes = await notesOf(config);
  const logLevel = config.logLevel === 'info' ? 'error' : config.logLevel;
  const { url } = await runServer(config, {
    logger: createLogger({ logLevel }),
    jobTypes: [...jobTypes, ...demoTypes({ clock: realClock, until: notes.until })],
    alertKinds: { [DEMO_CHANNEL]: alertFiles(alertFolder(config)) },
  });
  return welcome({ url, config, notes });
}

/** Without DATA_DIR, the demo has a folder of its own beside the usual data. */
function demoConfig(config: Config): Config {
  const usual = parseConfig({});
  const isUsual = usual.ok && usual.config.dataDir === config.dataDir;
  const { email, password = DEMO_PASSWORD } = config.admin;
  return {
    ...config,
    dataDir: isUsual ? `${config.dataDir}/demo` : config.dataDir,
    admin: { email, password },
  };
}

async function notesOf(config: Config): Promise<DemoNotes> {
  const lock = await takeDataDir(config);
  try {
    const known = readNotes(config.dataDir);
    if (known !== undefined) return known;
    const deps = await createDeps(config);
    try {
      const made = await fill(config, deps);
      writeNotes(config.dataDir, made);
      return made;
    } finally {
      await deps.close();
    }
  } finally {
    lock.release();
  }
}

async function fill(config: Config, deps: Deps): Promise<DemoNotes> {
  const now = deps.clock.now();
  const until = now - LEAD_MS;
  const { staff, passwordHash } = await addStaff(deps, config.admin);
  const market = makeMarket(DEMO_SIZE, now);
  const filling = showProgress(process.stderr, 'Filling the market');
  await fillMarket({ database: deps.database, market, passwordHash, now, progress: filling });
  const { jobs: file } = dataFiles(config.dataDir);
  let alert = { file: '', text: '' };
  await makeHistory({
    file,
    until,
    now: () => deps.clock.now(),
    staff,
    version: deps.version,
    consoleUrl: `${config.publicUrl.replace(/\/+$/, '')}/console`,
    alertKind: alertFiles(alertFolder(config), (written, about) => {
      if (about.includes(`paused_by_engine ${INCIDENT_JOB}`)) alert = written;
    }),
    types: [...jobTypes],
    jobs: CALM_MARKET_JOBS,
    progress: showProgress(process.stderr, 'Making a day of history'),
  });
  return { until, alert };
}

const alertFolder = ({ dataDir }: Config): string => join(dataDir, 'alerts');
