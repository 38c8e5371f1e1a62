export * from './core/errors.ts';
export * from './core/job-type.ts';
