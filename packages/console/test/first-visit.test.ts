import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { builtConsole } from '../src/package-file.ts';

/** The limit of a first visit, in bytes after gzip. */
const MOST_BYTES = 260_000;

const chunk = z.object({
  file: z.string(),
  imports: z.array(z.string()).default([]),
  css: z.array(z.string()).default([]),
});
const manifest = z
  .record(z.string(), chunk)
  .parse(JSON.parse(readFileSync(join(builtConsole(), '.vite', 'manifest.json'), 'utf8')));

/** The files of a chunk and of all chunks that it imports. */
function filesOf(name: string, seen: Set<string> = new Set()): Set<string> {
  const { file, imports, css } = chunk.parse(manifest[name]);
  if (seen.has(file)) return seen;
  for (const one of [file, ...css]) seen.add(one);
  for (const one of imports) filesOf(one, seen);
  return seen;
}

function gzippedSize(file: string): number {
  return gzipSync(readFileSync(join(builtConsole(), file)), { level: 9 }).length;
}

test('the first visit of the overview stays within its size limit', () => {
  const page = new Set(['index.html', 'scheme.js', 'icon.svg']);
  const files = filesOf('src/overview/overview-page.tsx', filesOf('index.html', page));
  const bytes = [...files].reduce((sum, file) => sum + gzippedSize(file), 0);
  // Less would mean that the test missed some files.
  expect(bytes).toBeGreaterThan(MOST_BYTES / 2);
  expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
});
