import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { figuresSchema } from './figures.ts';

const measurementSchema = z.strictObject({
  workload: z.string(),
  contestant: z.string(),
  round: z.number(),
  at: z.string(),
  /** The measured commit; absent: the commit of the whole results. */
  commit: z.string().optional(),
  /** Absent if the measurement failed. */
  figures: figuresSchema.optional(),
  failure: z.string().optional(),
});
export type Measurement = z.infer<typeof measurementSchema>;

/** All measurements and their conditions. The report can be rebuilt from this file. */
export const resultsSchema = z.strictObject({
  startedAt: z.string(),
  commit: z.string(),
  node: z.string(),
  machine: z.string(),
  scale: z.number(),
  servers: z.array(z.string()),
  /** The versions of the contestants' packages. */
  versions: z.record(z.string(), z.string()),
  /** Contestants that could not run, with the reason. */
  lacking: z.record(z.string(), z.string()),
  measurements: z.array(measurementSchema),
});
export type Results = z.infer<typeof resultsSchema>;

export function readResults(file: string): Results | undefined {
  if (!existsSync(file)) return undefined;
  return resultsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** Writes the whole file or nothing, because it holds hours of measurements. */
export function writeResults(file: string, results: Results): void {
  const draft = `${file}.new`;
  writeFileSync(draft, `${JSON.stringify(results, null, 2)}\n`);
  renameSync(draft, file);
}
