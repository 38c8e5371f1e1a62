/** A program in `programs`, which must print the same on each runtime. */
export interface TestedProgram {
  readonly file: string;
  /** Its argument: a database that does not exist yet, or the URL of an empty one. */
  readonly database: 'sqlite' | 'postgres';
  /** What it prints, as JSON. */
  readonly prints: unknown;
}

const GREETING = { hello: 'Ann', isMainThread: false };

/** What a server with the API and the console shows: see `programs/shared/host-journey.mjs`. */
const HOST_JOURNEY = {
  page: 200,
  script: true,
  stranger: 401,
  large: 413,
  result: GREETING,
  event: 'run.succeeded',
  secondStream: 429,
  streams: [200, 200],
};

export const TESTED_PROGRAMS: readonly TestedProgram[] = [
  { file: 'sqlite.mjs', database: 'sqlite', prints: { sum: 3, greeting: GREETING, kept: 3 } },
  { file: 'require.cjs', database: 'sqlite', prints: { result: GREETING, isOneCopy: true } },
  {
    file: 'postgres.mjs',
    database: 'postgres',
    prints: {
      sum: 3,
      greeting: GREETING,
      heard: 3,
      transactions: { committed: 'exists', rolledBack: 'not_found' },
    },
  },
  { file: 'fastify.mjs', database: 'sqlite', prints: HOST_JOURNEY },
  { file: 'node-http.mjs', database: 'sqlite', prints: HOST_JOURNEY },
  { file: 'fetch.mjs', database: 'sqlite', prints: HOST_JOURNEY },
  { file: 'metrics.mjs', database: 'sqlite', prints: { attempts: '1', durations: '1', databaseUp: '1' } },
  {
    file: 'command-line.mjs',
    database: 'sqlite',
    prints: {
      run: { status: 'succeeded', result: { hello: 'you', isMainThread: false } },
      job: 'greet',
      assistant: 'greet',
    },
  },
];

/** What a program prints. */
export function expectedOf(file: string): unknown {
  return TESTED_PROGRAMS.find((program) => program.file === file)?.prints;
}

/** What the programs need beside the packages and their peers. */
export const NEEDED_BY_PROGRAMS: readonly string[] = ['@modelcontextprotocol/client@2'];
