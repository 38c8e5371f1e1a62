import type { ErrorCause } from '../model/run.ts';

/** Longer messages differ in details: a listing, a dump, a response of another server. */
const MESSAGE_LENGTH = 500;
const URL = /\b([a-z][a-z0-9+.-]*:\/\/[^\s/?#"'`<>]+)[^\s"'`<>]*/gi;
/** Not the apostrophe in a word such as `can't`. */
const QUOTED = /(?<![\p{L}\p{N}])(["'`])[^"'`\n]*\1(?![\p{L}\p{N}])/gu;
/** A number, a date, an address, a UUID, or an id such as `cus_9f3k2`: a word with a digit. */
const WITH_DIGIT = /[\w-]*\d[\w.:+-]*/g;
const LISTS = /(…|#)(?:[\s,;]+\1)+/g;
const FRAME = /^\s+at (?:async )?(?:(.*?) \()?(.*?)(?::\d+){0,2}\)?$/;

/**
 * P41, run records: errors with one cause have one fingerprint, 16 hexadecimal digits. It is made of the
 * error's name and code, of its message without numbers, ids, quoted values and parts of URLs, and of the
 * place of the stack's top frame. The number of a line does not count, so that a deploy changes nothing.
 */
export function fingerprintOf({
  name,
  code = '',
  message,
  stack = '',
}: Pick<ErrorCause, 'name' | 'code' | 'message' | 'stack'>): string {
  return hashOf([name, code, messagePattern(message), placeOf(stack)].join('\n'));
}

/** The message with `#` and `…` for the values that differ from run to run. */
export function messagePattern(message: string): string {
  return message
    .slice(0, MESSAGE_LENGTH)
    .replace(URL, '$1')
    .replace(QUOTED, '…')
    .replace(WITH_DIGIT, '#')
    .replace(LISTS, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Function and file of the first frame outside of Node.js, or of the first one. Empty without a frame. */
function placeOf(stack: string): string {
  const frames = stack.split('\n').filter((line) => FRAME.test(line));
  const frame = frames.find((line) => !line.includes('node:')) ?? frames[0];
  const [, called = '', file = ''] = frame === undefined ? [] : (FRAME.exec(frame) ?? []);
  // Two nodes may have the same file in different folders.
  const lastFolders = file.split(/[\\/]/).slice(-2).join('/');
  return `${called} ${lastFolders}`.replace(WITH_DIGIT, '#');
}

/**
 * 64 bits of a hash that mixes well and needs no library: equal texts in one place, not safe against attacks.
 */
function hashOf(text: string): string {
  let high = 0x9e3779b9;
  let low = 0x85ebca6b;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    high = Math.imul(high ^ unit, 0x9e3779b1);
    low = Math.imul(low ^ unit, 0x5f356495);
  }
  high = mixed(high) ^ Math.imul(mixed(low), 0xc2b2ae35);
  low = mixed(low) ^ Math.imul(mixed(high), 0x27d4eb2f);
  return [high, low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
}

function mixed(half: number): number {
  const once = Math.imul(half ^ (half >>> 16), 0x85ebca6b);
  return Math.imul(once ^ (once >>> 13), 0xc2b2ae35) ^ (once >>> 16);
}
