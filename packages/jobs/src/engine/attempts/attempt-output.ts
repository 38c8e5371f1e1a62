import type { RunLog } from '../../core/job-types/job-type.ts';
import { LARGEST_LOG_BYTES, LOG_LINE_BYTES } from '../../core/limits.ts';
import type { JsonText, Progress } from '../../core/model/run.ts';
import { isRecord } from '../../core/objects.ts';
import type { SecretMask } from '../../core/secrets/secret-mask.ts';
import type { LogLine } from '../../core/store/store-passes.ts';
import { isJson, safeJson, safeText } from './safe-text.ts';

const LINE_LIMIT = 8_192;
const NOTE_LIMIT = 1_000;
/** More lines than this are more than the bytes of log kept. */
const LINES_LIMIT = LARGEST_LOG_BYTES / LOG_LINE_BYTES;
/** Of a Date (ms). */
const LAST_INSTANT = 8.64e15;
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** What a handler has logged and reported since the last {@link AttemptOutput.take}. */
export interface NewOutput {
  readonly progress?: Progress;
  readonly logs?: readonly LogLine[];
}

export interface OutputListener {
  changed?(): void;
  /** Called with each new line, up to the bytes of log kept for a run: more than that may be costly. */
  lineAdded?(line: LogLine): void;
}

/** Keeps what a handler logs and reports until it is taken, within bounds. */
export class AttemptOutput {
  readonly #now: () => number;
  readonly #listener: OutputListener;
  readonly #mask: SecretMask | undefined;
  #lines: LogLine[] = [];
  #bytes = 0;
  #announcedBytes = 0;
  #progress: Progress | undefined;

  constructor(now: () => number, listener: OutputListener = {}, mask?: SecretMask) {
    this.#now = now;
    this.#listener = listener;
    this.#mask = mask;
  }

  get log(): RunLog {
    const line = (level: LogLine['level']) => (message: unknown, fields?: unknown) =>
      this.line(level, message, fields);
    return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
  }

  line(level: LogLine['level'], message: unknown, fields?: unknown): void {
    const json = fields === undefined ? undefined : this.#maskedJson(safeJson(fields));
    const extra = json !== undefined && json.length <= LINE_LIMIT ? { fields: json } : {};
    this.#addAndAnnounce({
      at: this.#now(),
      level,
      message: safeText(message, LINE_LIMIT, this.#mask),
      ...extra,
    });
    this.#listener.changed?.();
  }

  /** Ignores a report whose `done` is no number. */
  progress(done: unknown, total?: unknown, note?: unknown): void {
    if (!isNumber(done)) return;
    this.#progress = {
      done,
      ...(isNumber(total) ? { total } : {}),
      ...(note === undefined ? {} : { note: safeText(note, NOTE_LIMIT, this.#mask) }),
    };
    this.#listener.changed?.();
  }

  /** Appends the output that a thread has sent; drops anything else. */
  add(output: unknown): void {
    if (!isRecord(output)) return;
    const { progress, logs } = output;
    if (isRecord(progress)) this.progress(progress.done, progress.total, progress.note);
    for (const entry of Array.isArray(logs) ? logs.slice(-LINES_LIMIT) : []) {
      const line = checkLine(entry, this.#mask);
      if (line !== undefined) this.#addAndAnnounce(line);
    }
  }

  /** Puts output back that was taken and could not be written, before what is here. */
  putBack({ progress, logs = [] }: NewOutput): void {
    this.#progress ??= progress;
    const newer = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    for (const line of [...logs, ...newer]) this.#add(line);
  }

  take(): NewOutput | undefined {
    const progress = this.#progress;
    const logs = this.#lines;
    if (progress === undefined && logs.length === 0) return undefined;
    this.#progress = undefined;
    this.#lines = [];
    this.#bytes = 0;
    return { ...(progress === undefined ? {} : { progress }), ...(logs.length === 0 ? {} : { logs }) };
  }

  #maskedJson(json: JsonText): JsonText {
    return this.#mask === undefined ? json : this.#mask.json(json);
  }

  #addAndAnnounce(line: LogLine): void {
    this.#add(line);
    this.#announcedBytes += sizeOf(line);
    if (this.#announcedBytes <= LARGEST_LOG_BYTES) this.#listener.lineAdded?.(line);
  }

  #add(line: LogLine): void {
    this.#lines.push(line);
    this.#bytes += sizeOf(line);
    while (this.#bytes > LARGEST_LOG_BYTES) {
      const dropped = this.#lines.shift();
      if (dropped === undefined) return;
      this.#bytes -= sizeOf(dropped);
    }
  }
}

function checkLine(line: unknown, mask: SecretMask | undefined): LogLine | undefined {
  if (!isRecord(line)) return undefined;
  const { at, message, fields } = line;
  const level = LEVELS.find((each) => each === line.level);
  if (level === undefined || !isInstant(at)) return undefined;
  const hasFields = typeof fields === 'string' && fields.length <= LINE_LIMIT && isJson(fields);
  const masked = hasFields ? { fields: mask?.json(fields) ?? fields } : {};
  return { at, level, message: safeText(message, LINE_LIMIT, mask), ...masked };
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= LAST_INSTANT;
}

function sizeOf({ message, fields = '' }: LogLine): number {
  return LOG_LINE_BYTES + message.length + fields.length;
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}
