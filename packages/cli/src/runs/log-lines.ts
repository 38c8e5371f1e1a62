import type { LogLine } from '@greenvue/jobs/client';
import { printable, printableJson, printableLines } from '../terminal/printable.ts';
import { paint, type Screen, type Style } from '../terminal/screen.ts';

const STYLES: Readonly<Record<LogLine['level'], Style | undefined>> = {
  debug: 'dim',
  info: undefined,
  warn: 'yellow',
  error: 'red',
};

/**
 * A line of a run's log: `09:00:00.512Z info Removed 400 {"batch":3}`. Further lines of the message are
 * indented.
 */
export function logText(screen: Screen, { at, level, message, fields }: LogLine): string {
  const [first = '', ...more] = printableLines(message);
  const words = paint(screen, STYLES[level], level.padEnd(5));
  const tail =
    fields === null || fields === undefined ? '' : ` ${paint(screen, 'dim', printableJson(fields))}`;
  return [`${printable(at.slice(11))} ${words} ${first}${tail}`, ...more.map((line) => `  ${line}`)].join(
    '\n',
  );
}
