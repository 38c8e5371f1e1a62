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

/** A job as a file has it. What is in the body is for the server to judge. */
export interface FileJob {
  readonly id: string;
  readonly body: CreateJob;
  /** File and line, for people. */
  readonly place: string;
}

const MOST_FAULTS = 20;

/**
 * The jobs of a YAML or JSON file with one or more documents. A document is a job, a list of jobs, or has a
 * list under `jobs`. Throws a usage error that names every fault with its line and column.
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

/** Throws a usage error when an id is there twice: which of the two is meant? */
export function refuseTwins(jobs: readonly FileJob[]): void {
  const places = Map.groupBy(jobs, ({ id }) => id);
  refuse(
    [...places]
      .filter(([, twins]) => twins.length > 1)
      .map(
        ([id, twins]) =>
          `The id ${printable(id)} is there twice: ${twins.map(({ place }) => place).join(', ')}.`,
      ),
  );
}

function refuse(faults: readonly string[]): void {
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
    // What follows the first is mostly its consequence.
    reading.faults.push(...document.errors.slice(0, 1).map((error) => syntaxFault(error, reading)));
    return [];
  }
  const { contents } = document;
  // A document with nothing in it, as after a last `---`.
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
      ? `beside jobs there can be nothing, but here is ${printable(others.join(', '))}`
      : 'here should be a job, a list of jobs, or jobs: and a list';
  reading.faults.push(`${placeOf(contents, reading)}: ${detail}.`);
  return [];
}

function jobOf(item: Node, document: Document.Parsed, reading: Reading): readonly FileJob[] {
  const place = placeOf(item, reading);
  const body = bodyOf(item, document);
  if (body instanceof Error) reading.faults.push(`${place}: ${printable(body.message)}.`);
  else if (!isObject(body))
    reading.faults.push(`${place}: here should be a job, with an id and other fields.`);
  else if (typeof body.id !== 'string' || body.id === '') {
    reading.faults.push(
      `${place}: this job has no id, or one that is no text. Every job needs one: id: nightly-cleanup`,
    );
  } else return [{ id: body.id, body: asCreateJob(body), place }];
  return [];
}

/**
 * An alias of something that is not there, or aliases that would unfold to gigabytes, are found only here.
 */
function bodyOf(item: Node, document: Document.Parsed): unknown {
  try {
    return item.toJS(document);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** The border of the CLI's trust: the server checks every field, and its words about them are better. */
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

/** What the parser does not say of the two mistakes that are made most. */
function hintFor(source: string): string {
  if (/[:-]\s+\*/.test(source)) {
    return '. A value that begins with * needs quotes, such as cron: "*/5 * * * *"';
  }
  return /^\s*\t/.test(source) ? '. YAML is indented with spaces, not with tabs' : '';
}
