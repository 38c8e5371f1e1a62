/** What each program in `programs` prints on each runtime. Its argument is the path of a new database. */
export const EXPECTED = {
  'sqlite.mjs': { sum: 3, greeting: { hello: 'Ann', isMainThread: false }, kept: 3 },
  'require.cjs': { result: { hello: 'Ann', isMainThread: false }, isOneCopy: true },
  'rest.mjs': {
    stranger: 401,
    created: 201,
    status: 'succeeded',
    result: { hello: 'Ann', isMainThread: false },
  },
  'console.mjs': { page: 200, file: 200, encoding: 'br', fetched: 200 },
} as const;
