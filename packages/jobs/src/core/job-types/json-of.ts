/** A value after `JSON.stringify` and `JSON.parse`: a `Date` is a string, and functions are left out. */
export type JsonOf<T> = T extends { toJSON(...args: never[]): infer Json }
  ? JsonOf<Json>
  : T extends string | number | boolean | null
    ? T
    : T extends NoJson
      ? undefined
      : T extends readonly unknown[]
        ? { -readonly [I in keyof T]: JsonItem<T[I]> }
        : T extends object
          ? { -readonly [K in keyof T as JsonKey<T, K>]: JsonOf<T[K]> }
          : T;

// biome-ignore lint/complexity/noBannedTypes: each function, of any shape
// biome-ignore lint/suspicious/noConfusingVoidType: the result of a handler without a `return`
type NoJson = Function | symbol | bigint | undefined | void;

/** What JSON leaves out of an object is null in an array. */
type JsonItem<T> = T extends NoJson ? null : JsonOf<T>;

type JsonKey<T, K extends keyof T> = K extends symbol ? never : [T[K]] extends [NoJson] ? never : K;
