import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The value below which `share` of the values lie; they need not be sorted. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(Math.ceil(sorted.length * share), sorted.length) - 1] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

export const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
export const count = (value: number): string => Math.round(value).toLocaleString('en');
export const megabytes = (bytes: number): string => `${Math.round(bytes / 1_048_576)} MB`;

export const sleep = (forMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, forMs));

/** A folder for the time of one measurement. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'greenvue-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** CPU that this process, threads included, has used meanwhile. */
export function startCpu(): () => { readonly cpuMs: number; readonly share: number } {
  const before = process.cpuUsage();
  const begin = performance.now();
  return () => {
    const { user, system } = process.cpuUsage(before);
    const cpuMs = (user + system) / 1_000;
    return { cpuMs, share: cpuMs / (performance.now() - begin) };
  };
}

/** One row of the table that a script prints: what, and what came out. */
export function row(what: string, ...results: readonly string[]): void {
  console.log(`| ${[what, ...results].join(' | ')} |`);
}
