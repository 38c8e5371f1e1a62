/** What structured cloning can carry and JSON can't: written as `{"$": name}` in an input. */
const VALUES: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  nan: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  bigint: () => 2n ** 70n,
  date: () => new Date(Number.NaN),
  map: () => new Map([['kind', 'returned']]),
  bytes: () => new Uint8Array(8),
  error: () => new TypeError('forged', { cause: 'x' }),
  regexp: () => /(a+)+$/,
  long: () => 'x'.repeat(200_000),
  many: () => Array.from({ length: 20_000 }, () => ({ at: 1, level: 'info', message: 'm', fields: '{}' })),
  deep: () => nested(5_000),
  cycle: () => {
    const one: Record<string, unknown> = {};
    one.self = one;
    return one;
  },
};

/** The value that an input stands for, as another thread could have posted it. Undefined if it is no JSON. */
export function clonedValue(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString(), (_, part) => special(part)?.() ?? part);
    return { value };
  } catch {
    return undefined;
  }
}

function special(part: unknown): (() => unknown) | undefined {
  const name: unknown = typeof part === 'object' && part !== null ? Reflect.get(part, '$') : undefined;
  return typeof name === 'string' && Object.hasOwn(VALUES, name) ? VALUES[name] : undefined;
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let n = 0; n < depth; n += 1) value = [value];
  return value;
}
