import type { JobType } from './job-type.ts';
import type { JsonOf } from './json-of.ts';

/** The payload of a job type as callers write it: fields with a default may be left out. */
export type InputOf<T> = T extends JobType<never, string, infer Input> ? Input : never;

/** The result of a job type as callers read it: what its handler returns, after a way through JSON. */
export type ResultOf<T> = T extends JobType<never, string, unknown, infer Result> ? JsonOf<Result> : never;

/** What all these job types depend on, together. `unknown` when they depend on nothing. */
export type DepsOf<Types extends readonly JobType[]> = DepsOfEach<Types, never>;

/** What the inline types among these depend on: the engine's `deps`. */
export type InlineDepsOf<Types extends readonly JobType[]> = DepsOfEach<Types, 'thread'>;

/** What the types with `isolation: 'thread'` among these depend on: each job thread makes it for itself. */
export type ThreadDepsOf<Types extends readonly JobType[]> = DepsOfEach<Types, 'inline'>;

/**
 * One type of the tuple after the other: without the compiler's `strictFunctionTypes`, as `nest new` sets it,
 * one inference from all types makes a union of their dependencies.
 */
type DepsOfEach<Types extends readonly JobType[], Elsewhere, Deps = unknown> = Types extends readonly [
  infer First,
  ...infer Rest extends readonly JobType[],
]
  ? DepsOfEach<Rest, Elsewhere, Deps & DepsOfOne<First, Elsewhere>>
  : Deps & DepsOfOne<Types[number], Elsewhere>;

/** Not distributive: if the type is a union, its dependencies become an intersection. */
type DepsOfOne<Type, Elsewhere> = [Exclude<Type, { readonly isolation: Elsewhere }>] extends [
  JobType<infer Deps>,
]
  ? Deps
  : never;
