import { inThread } from './thread-types.ts';

// Outside of any run, as a connection pool of the module may throw.
setTimeout(() => {
  throw new TypeError('the pool lost its connection');
}, 300);

export const throwsIdle = { ...inThread, type: 'throws_idle' };
