import type { CreateJob } from '@greenvue/jobs/client';
import {
  type Document,
  isMap,
  isNode,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type YAMLError,
} from 'yaml';
import { usageError } from '../../exit-code.ts';
import { isObject } from '../../input/json-input.ts';
import { printable } from '../../terminal/printable.ts';

/** A job of a file. The server validates the body. */
export interface FileJob {
  readonly id: string;
  readonly body: CreateJob;
  /** File and line, for people. */
  readonly place: string;
}

const MOST_FAULTS = 20;

/**
 * Reads the jobs of a YAML or JSON file with one or more documents. Each document is a job, a list of jobs,
 * or has a list under `jobs`. Throws a usage error with line and column of each fault.
 */
export function readJobs(text: string, file: string): readonly FileJob[] {
  const reading: Reading = { text, file, lines: new LineCounter(), faults: [] };
  const documents = parseAllDocuments(text, {
    lineCounter: reading.lines,
    prettyErrors: false,
    stringKeys: true,
    merge: true,
    logLevel: 'silent',
  });
  const jobs = [...documents].flatMap((document) => jobsOf(document, reading));
  refuse(reading.faults);
  return jobs;
}

/** Throws a usage error if an id appears twice. */
export function refuseTwins(jobs: readonly FileJob[]): void {
  const places = Map.groupBy(jobs, ({ id }) => id);
  refuse(
    [...places]
      .filter(([, twins]) => twins.length > 1)
      .map(
        ([id, twins]) =>
          `The id ${printable(id)} appears twice: ${twins.map(({ place }) => place).join(', ')}. Keep one of the jobs.`,
      ),
  );
}

/** Throws a usage error with these faults, if there are any. */
export function refuse(faults: readonly string[]): void {
  if (faults.length === 0) return;
  const more = faults.length - MOST_FAULTS;
  const shown = faults.slice(0, MOST_FAULTS);
  throw usageError([...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
}

interface Reading {
  readonly text: string;
  readonly file: string;
  readonly lines: LineCounter;
  readonly faults: string[];
}

function jobsOf(document: Document.Parsed, reading: Reading): readonly FileJob[] {
  if (document.errors.length > 0) {
    // Further errors are mostly consequences of the first.
    reading.faults.push(...document.errors.slice(0, 1).map((error) => syntaxFault(error, reading)));
    return [];
  }
  const { contents } = document;
  // An empty document, as after a trailing `---`.
  if (contents === null || contents.range?.[0] === contents.range?.[1]) return [];
  return itemsOf(contents, reading).flatMap((item) => jobOf(item, document, reading));
}

function itemsOf(contents: Node, reading: Reading): readonly Node[] {
  if (isSeq(contents)) return contents.items.filter(isNode);
  if (isMap(contents) && !contents.has('jobs')) return [contents];
  const list = isMap(contents) ? contents.get('jobs', true) : undefined;
  const others = isMap(contents)
    ? contents.items.map(({ key }) => String(key)).filter((key) => key !== 'jobs')
    : [];
  if (isSeq(list) && others.length === 0) return list.items.filter(isNode);
  const detail =
    others.length > 0
      ? `jobs must be the only key here, but there is also ${printable(others.join(', '))}`
      : 'expected a job, a list of jobs, or jobs: with a list';
  reading.faults.push(`${placeOf(contents, reading)}: ${detail}.`);
  return [];
}

function jobOf(item: Node, document: Document.Parsed, reading: Reading): readonly FileJob[] {
  const place = placeOf(item, reading);
  const body = bodyOf(item, document);
  if (body instanceof Error) reading.faults.push(`${place}: ${printable(body.message)}.`);
  else if (!isObject(body)) reading.faults.push(`${place}: expected a job with an id and other fields.`);
  else if (typeof body.id !== 'string' || body.id === '') {
    reading.faults.push(
      `${place}: the job has no id, or its id is not a text. Add one, such as id: nightly-cleanup`,
    );
  } else return [{ id: body.id, body: asCreateJob(body), place }];
  return [];
}

/**
 * Converts a node to a value. Only here, unknown aliases and aliases that expand to gigabytes are detected.
 */
function bodyOf(item: Node, document: Document.Parsed): unknown {
  try {
    return item.toJS(document);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** No validation here: the server checks every field and has the better messages. */
function asCreateJob(body: Record<string, unknown>): CreateJob {
  return body as CreateJob;
}

function placeOf(node: Node, { file, lines }: Reading): string {
  const { line } = lines.linePos(node.range?.[0] ?? 0);
  return `${printable(file)}:${line}`;
}

function syntaxFault(error: YAMLError, { file, lines, text }: Reading): string {
  const { line, col } = lines.linePos(error.pos[0]);
  const source = text.split('\n')[line - 1] ?? '';
  return `${printable(file)}:${line}:${col}: ${printable(error.message)}${hintFor(source)}`;
}

/** Hints for the two most common mistakes. */
function hintFor(source: string): string {
  if (/[:-]\s+\*/.test(source)) {
    return '. A value that begins with * needs quotes, such as cron: "*/5 * * * *"';
  }
  return /^\s*\t/.test(source) ? '. YAML is indented with spaces, not with tabs' : '';
}
