import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { figuresSchema } from './figures.ts';

const measurementSchema = z.strictObject({
  workload: z.string(),
  contestant: z.string(),
  round: z.number(),
  at: z.string(),
  /** What was measured; absent: that of the results as a whole. */
  commit: z.string().optional(),
  /** Absent when it failed. */
  figures: figuresSchema.optional(),
  failure: z.string().optional(),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** All that was measured, and on what: the report can be made again from it. */
export const resultsSchema = z.strictObject({
  startedAt: z.string(),
  commit: z.string(),
  node: z.string(),
  machine: z.string(),
  scale: z.number(),
  servers: z.array(z.string()),
  /** Of the contestants' packages. */
  versions: z.record(z.string(), z.string()),
  /** Places there are none of, with the reason. */
  lacking: z.record(z.string(), z.string()),
  measurements: z.array(measurementSchema),
});
export type Results = z.infer<typeof resultsSchema>;

export function readResults(file: string): Results | undefined {
  if (!existsSync(file)) return undefined;
  return resultsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Whole or not at all: hours of measuring are in it. */
export function writeResults(file: string, results: Results): void {
  const draft = `${file}.new`;
  writeFileSync(draft, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(draft, file);
}
