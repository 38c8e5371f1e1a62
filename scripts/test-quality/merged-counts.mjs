import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { mergeProcessCovs } from '@bcoe/v8-coverage';

/** Files of counts that are merged at once: there may be thousands. */
const BATCH = 50;

/**
 * What V8 counted in all processes and threads, one entry for each source file of the layers, with the code
 * that ran: the source without its types. Files that were never loaded have an entry, too.
 */
export function mergedCounts({ counts, sources, layers }) {
  const urls = new Map(
    layers
      .flatMap((layer) => sourcesIn(join(sources, layer)))
      .map((file) => [pathToFileURL(file).href, file]),
  );
  const read = (file) => {
    const { result } = JSON.parse(readFileSync(join(counts, file), 'utf8'));
    return { result: result.filter(({ url }) => urls.has(url)) };
  };
  const files = readdirSync(counts);
  let merged = { result: [] };
  for (let i = 0; i < files.length; i += BATCH)
    merged = mergeProcessCovs([merged, ...files.slice(i, i + BATCH).map(read)]);
  const counted = new Map(merged.result.map((entry) => [entry.url, entry]));
  return [...urls].map(([url, file]) => {
    const source = stripTypeScriptTypes(readFileSync(file, 'utf8'));
    return { url, source, functions: counted.get(url)?.functions ?? neverRun(source) };
  });
}

function neverRun(source) {
  return [
    {
      functionName: '',
      isBlockCoverage: true,
      ranges: [{ startOffset: 0, endOffset: source.length, count: 0 }],
    },
  ];
}

function sourcesIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => join(folder, name));
}
