/** A fault of the product that an input has shown. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

/** Throws a finding unless a condition holds. */
export function check(holds: boolean, what: string | (() => string)): asserts holds {
  if (!holds) throw new Finding(typeof what === 'string' ? what : what());
}

/** Throws a finding unless two values are the same JSON. */
export function checkSame(actual: unknown, expected: unknown, what: string): void {
  const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(is === should, () => `${what}: got ${is}, expected ${should}`);
}

/** Throws a finding unless an error's text says what must be done, in one line of a bounded length. */
export function checkAdvice(text: string, most = 1_000): void {
  check(text.length >= 10, () => `an error says too little: ${JSON.stringify(text)}`);
  check(text.length <= most, () => `an error of ${text.length} characters: ${text.slice(0, 200)}`);
  check(!/\p{Cc}/u.test(text), () => `an error contains control characters: ${JSON.stringify(text)}`);
  check(
    !/undefined|NaN|\[object/.test(text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '')),
    () => `an error shows a value of the program: ${text}`,
  );
}

/** The longest time that the processor may work on one input (ms). */
const LONGEST_MS = 100;

/** Calls, and throws a finding if this takes too much of the thread's processor time. */
export function inTime<T>(call: () => T): T {
  const start = process.threadCpuUsage();
  const result = call();
  const { user, system } = process.threadCpuUsage(start);
  const ms = (user + system) / 1_000;
  check(ms <= LONGEST_MS, () => `took ${Math.round(ms)} ms of the processor, more than ${LONGEST_MS} ms`);
  return result;
}
