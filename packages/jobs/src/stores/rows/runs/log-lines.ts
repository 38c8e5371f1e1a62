import { LARGEST_LOG_BYTES, LOG_LINE_BYTES } from '../../../core/limits.ts';
import type { LogLine } from '../../../core/store/store-passes.ts';

export interface SizedLine extends LogLine {
  readonly bytes: number;
}

/** The newest lines that fit, in order. Cuts a line that is too long by itself. */
export function newestLines(lines: readonly LogLine[]): SizedLine[] {
  const kept: SizedLine[] = [];
  let total = 0;
  for (const line of lines.toReversed()) {
    const sized = fitting(line);
    total += sized.bytes;
    if (total > LARGEST_LOG_BYTES) break;
    kept.push(sized);
  }
  return kept.reverse();
}

function fitting(line: LogLine): SizedLine {
  const bytes = LOG_LINE_BYTES + Buffer.byteLength(line.message) + Buffer.byteLength(line.fields ?? '');
  if (bytes <= LARGEST_LOG_BYTES) return { ...line, bytes };
  // A character takes at most four bytes in UTF-8, so a quarter of the bytes always fits.
  const message = `${line.message.slice(0, LARGEST_LOG_BYTES / 4 - LOG_LINE_BYTES)}…`;
  return { at: line.at, level: line.level, message, bytes: LOG_LINE_BYTES + Buffer.byteLength(message) };
}
