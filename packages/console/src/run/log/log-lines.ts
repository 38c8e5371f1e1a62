import type { LogLine } from '@greenvue/jobs/client';

/** From least to most serious. */
export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

export interface LogFilter {
  /** This level and all more serious ones. */
  readonly level: Level;
  /** Ignores case; an empty text matches everything. */
  readonly search: string;
}

/** The lines that match a filter. */
export function filterLines(lines: readonly LogLine[], { level, search }: LogFilter): readonly LogLine[] {
  const least = LEVELS.indexOf(level);
  const wanted = search.toLowerCase();
  if (least === 0 && wanted === '') return lines;
  return lines.filter(
    (line) =>
      LEVELS.indexOf(line.level) >= least && (wanted === '' || bodyText(line).toLowerCase().includes(wanted)),
  );
}

/** A line's message followed by its fields. */
export function bodyText({ message, fields }: Pick<LogLine, 'message' | 'fields'>): string {
  const behind = fieldsText(fields);
  return behind === '' ? message : `${message} ${behind}`;
}

/** Fields as `key=value`; values other than plain words as JSON. */
export function fieldsText(fields: unknown): string {
  if (fields === null || fields === undefined) return '';
  if (typeof fields !== 'object' || Array.isArray(fields)) return JSON.stringify(fields);
  return Object.entries(fields)
    .map(([key, value]) => `${key}=${valueText(value)}`)
    .join(' ');
}

/** A log as a file with one entry per line and times in UTC. */
export function logText(lines: readonly LogLine[]): string {
  return lines.map((line) => `${line.at} ${line.level.toUpperCase().padEnd(5)} ${bodyText(line)}\n`).join('');
}

/** Splits a text at the matches of a search: every second part is a match. */
export function splitAtFinds(text: string, search: string): readonly string[] {
  if (search === '') return [text];
  const parts: string[] = [];
  const lower = text.toLowerCase();
  // Some letters become longer in lower case, so positions would not fit the text.
  if (lower.length !== text.length) return [text];
  const wanted = search.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0; at = lower.indexOf(wanted, from)) {
    parts.push(text.slice(from, at), text.slice(at, at + wanted.length));
    from = at + wanted.length;
  }
  parts.push(text.slice(from));
  return parts;
}

function valueText(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
