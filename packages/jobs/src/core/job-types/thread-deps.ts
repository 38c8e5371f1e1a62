import { checkOptions } from '../input/check-options.ts';
import { aFunction, required, rule } from '../input/rule.ts';
import { shape } from '../input/shape.ts';

/** What `createJobs` takes as `threadDeps`: {@link ThreadDepsDefinition.with} makes it. */
export interface ThreadDeps<Deps = unknown> {
  /** The URL of the file that exports the definition. */
  readonly module: string;
  readonly data: unknown;
  /** Called in the threads. */
  readonly create: (data: never) => Deps | Promise<Deps>;
}

export interface ThreadDepsDefinition<Deps, Data> {
  readonly module: string;
  readonly create: (data: Data) => Deps | Promise<Deps>;
  /** The definition with the data that each thread gets. Throws for data that can't be cloned. */
  with(...data: unknown extends Data ? [] : [data: Data]): ThreadDeps<Deps>;
}

export interface ThreadDepsOptions<Deps, Data> {
  /** `import.meta.url` of the file that exports the result by name: a thread imports it. */
  readonly module: string;
  /** Called once in each thread. If what it returns has a `close` method, the end of the thread calls it. */
  readonly create: (data: Data) => Deps | Promise<Deps>;
}

/**
 * Declares what job types with `isolation: 'thread'` depend on: each thread makes it for itself. The file
 * that exports the result by name must not start an engine:
 *
 *     export const threadDeps = defineThreadDeps({
 *       module: import.meta.url,
 *       create: async ({ url }: { readonly url: string }) => ({ database: await connect(url) }),
 *     });
 *
 * Pass `threadDeps.with({ url })` to `createJobs` as `threadDeps`.
 */
export function defineThreadDeps<Deps, Data>(
  options: ThreadDepsOptions<Deps, Data>,
): ThreadDepsDefinition<Deps, Data> {
  checkOptions('defineThreadDeps', optionRules, options);
  const { module, create } = options;
  return {
    module,
    create,
    with(...[data]) {
      checkOptions('with', dataRules, { data });
      return { module, create, data };
    },
  };
}

/** A thread gets a copy: functions, symbols and proxies have none. */
function isClonable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

const dataRules = shape<{ readonly data?: unknown }>('data', {
  data: rule(isClonable, { what: 'data that can be copied to a thread, such as { url }: no functions' }),
});

const isFileUrl = (value: unknown) => typeof value === 'string' && value.startsWith('file:');

const optionRules = required(
  shape<ThreadDepsOptions<unknown, never>>('options such as { module: import.meta.url, create }', {
    module: required(rule(isFileUrl, { what: 'import.meta.url' })),
    create: required(aFunction('a function (data) => dependencies')),
  }),
);
