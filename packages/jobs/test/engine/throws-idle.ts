import { inThread } from './thread-types.ts';

// Throws outside of any run, as a module's connection pool may.
setTimeout(() => {
  throw new TypeError('the pool lost its connection');
}, 300);

export const throwsIdle = { ...inThread, type: 'throws_idle' };
