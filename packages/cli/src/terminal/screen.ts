import { styleText } from 'node:util';
import { printable } from './printable.ts';

/** stdout, for the result of a command, or stderr, for everything else. */
export interface Screen {
  readonly stream: ScreenStream;
  /** Width of the terminal; undefined for a pipe or a file, which get full lines. */
  readonly columns: number | undefined;
  /** A terminal with colours, and no NO_COLOR. */
  readonly hasColours: boolean;
  /** Writes the text, and ends the line. */
  line(text?: string): void;
  write(text: string): void;
}

/** The used part of a `tty.WriteStream`; other streams have only `write`. */
export type ScreenStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  getColorDepth?(): number;
};

export type Style = 'red' | 'green' | 'yellow' | 'cyan' | 'dim' | 'bold';

/** Of a terminal that does not tell. */
const USUAL_COLUMNS = 80;

export function createScreen(stream: ScreenStream): Screen {
  const isTerminal = stream.isTTY === true;
  return {
    stream,
    columns: isTerminal ? stream.columns || USUAL_COLUMNS : undefined,
    // Node's own judgement, which knows of NO_COLOR, TERM=dumb and the like: 1 bit is black and white.
    hasColours: isTerminal && (stream.getColorDepth?.() ?? 1) > 1,
    line: (text = '') => void stream.write(`${text}\n`),
    write: (text) => void stream.write(text),
  };
}

/**
 * The text in a style, where the screen has colours; it is made printable first, so nothing in it is painted
 * already.
 */
export function paint(screen: Pick<Screen, 'hasColours'>, style: Style | undefined, text: string): string {
  const safe = printable(text);
  if (style === undefined || !screen.hasColours) return safe;
  return styleText(style, safe, { validateStream: false });
}
