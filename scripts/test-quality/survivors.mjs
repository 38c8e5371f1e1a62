import { readFileSync } from 'node:fs';

/** Survivors that stay, by file: the line, the change, and why no test can or should notice it. */
const EXPLAINED = JSON.parse(readFileSync(new URL('survivors.json', import.meta.url), 'utf8'));

/** The survivors of a file that have no reason in survivors.json. Lines may have moved since. */
export function survivorsOf(file, { mutants, source }) {
  const lines = source.split('\n');
  const known = EXPLAINED[file] ?? [];
  return mutants
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map((mutant) => shown(file, lines, mutant))
    .filter(({ code, change }) => !known.some((one) => one.code === code && one.change === change))
    .sort((a, b) => a.line - b.line);
}

function shown(file, lines, { location: { start, end }, replacement }) {
  const code = lines[start.line - 1].trim();
  const before =
    start.line === end.line ? lines[start.line - 1].slice(start.column - 1, end.column - 1) : `${code} …`;
  const change = `${before} -> ${replacement.replace(/\s+/g, ' ')}`;
  return { file, line: start.line, at: `${start.line}:${start.column}`, code, change };
}
