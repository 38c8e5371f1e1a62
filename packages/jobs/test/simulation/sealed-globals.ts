import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Random } from './random.ts';
import type { World } from './world.ts';

/** The code whose every use of real time or real randomness is a fault. */
const ENGINE_CODE = /\/packages\/jobs\/src\/(?!system-clock)/;

/**
 * Takes real time and randomness away from the code of the engine until the returned function is called: ids
 * come from `random`, `setImmediate` is an event of the world, and all else is noted as a leak.
 */
export function sealGlobals(world: World, random: Random): () => void {
  const real = {
    setTimeout: globalThis.setTimeout,
    setInterval: globalThis.setInterval,
    setImmediate: globalThis.setImmediate,
    random: Math.random,
    now: Date.now,
    monotonic: performance.now,
    uuid: crypto.randomUUID,
  };
  const noted = <F extends (...args: never[]) => unknown>(name: string, original: F): F =>
    // The same function for all others, such as a test runner in this process.
    ((...args: Parameters<F>) => {
      const line = new Error(name).stack?.split('\n').find((each) => ENGINE_CODE.test(each));
      if (line !== undefined) world.leaks.push(`${name} ${line.trim()}`);
      return original(...args);
    }) as F;
  globalThis.setTimeout = Object.assign(noted('setTimeout', real.setTimeout), real.setTimeout);
  globalThis.setInterval = noted('setInterval', real.setInterval);
  globalThis.setImmediate = Object.assign(
    (fire: (...args: never[]) => void, ...args: never[]) => {
      world.after(0, world.current, () => fire(...args));
    },
    { __promisify__: real.setImmediate.__promisify__ },
  ) as unknown as typeof setImmediate;
  Math.random = noted('Math.random', real.random);
  Date.now = noted('Date.now', real.now);
  performance.now = noted('performance.now', real.monotonic.bind(performance));
  crypto.randomUUID = () => uuidOf(random);
  syncBuiltinESMExports();
  return () => {
    globalThis.setTimeout = real.setTimeout;
    globalThis.setInterval = real.setInterval;
    globalThis.setImmediate = real.setImmediate;
    Math.random = real.random;
    Date.now = real.now;
    performance.now = real.monotonic;
    crypto.randomUUID = real.uuid;
    syncBuiltinESMExports();
  };
}

function uuidOf(random: Random): ReturnType<typeof crypto.randomUUID> {
  const hex = () => random.whole(0, 0xffff).toString(16).padStart(4, '0');
  return `${hex()}${hex()}-${hex()}-${hex()}-${hex()}-${hex()}${hex()}${hex()}`;
}
