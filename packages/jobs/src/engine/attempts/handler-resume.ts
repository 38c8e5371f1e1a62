import { shownValue } from '../../core/input/shown-value.ts';
import type { JobType } from '../../core/job-types/job-type.ts';
import { validate } from '../../core/job-types/payload-schema.ts';
import type { ResumeContext } from '../../core/job-types/resume-context.ts';
import { LARGEST_CHECKPOINT_BYTES } from '../../core/limits.ts';
import {
  NOTHING_SAVED,
  type SavedState,
  type SavedStep,
  savedStateText,
} from '../../core/model/checkpoint.ts';
import { EngineError } from '../../core/model/errors.ts';
import type { JsonText } from '../../core/model/run.ts';
import { messageOf } from './safe-text.ts';

export interface HandlerResumeDeps {
  readonly jobType: Pick<JobType, 'type'> & Partial<Pick<JobType, 'checkpoint' | 'steps'>>;
  readonly saved?: SavedState | undefined;
  /** Writes a state as text, and resolves once it is durable. Later calls have all of the earlier states. */
  save(content: string): Promise<void>;
}

/** What an attempt saves for the next one of its run, in the place of the engine. */
export interface AttemptState extends HandlerResumeDeps {
  /** Whether the next attempt finds something. */
  readonly isSaved: boolean;
  /** The handler has ended, and nothing waits any longer. */
  end(): void;
}

/** Of a type that declares neither checkpoints nor steps: the handler's calls are refused. */
export function nothingToResume(type: string): HandlerResumeDeps {
  return { jobType: { type }, save: () => Promise.reject(new Error('nothing can be saved')) };
}

const MOST_NAME_LENGTH = 200;

/** Checkpoints and steps for the handler of one attempt (P30, resume). */
export class HandlerResume implements ResumeContext<unknown> {
  readonly lastCheckpoint: unknown;
  readonly #with: HandlerResumeDeps;
  #value: JsonText | undefined;
  readonly #steps: Map<string, JsonText | undefined>;
  /** The names of this attempt. */
  readonly #names = new Set<string>();
  #isOver = false;

  constructor(deps: HandlerResumeDeps) {
    const { value, steps } = deps.saved ?? NOTHING_SAVED;
    this.#with = deps;
    this.#value = value;
    this.#steps = new Map(steps.map(([name, result]) => [name, result]));
    this.lastCheckpoint = readValue(deps.jobType, value);
  }

  checkpoint = async (value: unknown): Promise<void> => {
    const schema = this.#with.jobType.checkpoint;
    const refuse = (detail: string) => refused('The checkpoint is not saved.', '/value', detail);
    if (schema === undefined) throw refuse(this.#undeclared('checkpoint: z.object({ after: z.string() })'));
    if (this.#isOver) throw refuse(OVER);
    const json = jsonText(value, refuse);
    if (json === undefined) throw refuse(`must be JSON, such as { after: "4711" }; got ${shownValue(value)}`);
    const bytes = Buffer.byteLength(json);
    if (bytes > LARGEST_CHECKPOINT_BYTES) throw refuse(tooLarge(bytes));
    const { issues } = validate(schema, JSON.parse(json));
    if (issues !== undefined) throw refuse(`does not fit the schema of \`checkpoint\`: ${textOf(issues)}`);
    this.#value = json;
    await this.#save();
  };

  step: ResumeContext<unknown>['step'] = async (name, work) => {
    const refuse = (detail: string) => refused('The step is not run.', '/name', detail);
    if (this.#with.jobType.steps !== true) throw refuse(this.#undeclared('steps: true'));
    if (this.#isOver) throw refuse(OVER);
    if (typeof name !== 'string' || name === '' || name.length > MOST_NAME_LENGTH)
      throw refuse(`must be text of 1 to ${MOST_NAME_LENGTH} characters, such as "charge"`);
    if (this.#names.has(name))
      throw refuse(
        `must be unique in an attempt; "${name}" is in use. In a loop, add its id, such as "mail 4711"`,
      );
    if (typeof work !== 'function')
      throw refused(
        'The step is not run.',
        '/work',
        `must be a function, such as () => charge(order); got ${shownValue(work)}`,
      );
    this.#names.add(name);
    const known = this.#steps.has(name) ? { result: this.#steps.get(name) } : undefined;
    const { result } = known ?? { result: await this.#run(name, work) };
    return (result === undefined ? undefined : JSON.parse(result)) as never;
  };

  /** The handler has ended: what it calls now comes too late. */
  end(): void {
    this.#isOver = true;
  }

  async #run(name: string, work: () => unknown): Promise<JsonText | undefined> {
    let result: JsonText | undefined;
    try {
      result = this.#accepted(name, await work());
    } catch (error) {
      // The same attempt may try it again.
      this.#names.delete(name);
      throw error;
    }
    this.#steps.set(name, result);
    await this.#save();
    return result;
  }

  #accepted(name: string, returned: unknown): JsonText | undefined {
    const refuse = (detail: string) =>
      refused(`The result of the step "${name}" is not saved.`, '/result', detail);
    const result = jsonText(returned, refuse);
    if (result === undefined && returned !== undefined)
      throw refuse(`must be JSON or undefined; got ${shownValue(returned)}. ${IN_JSON}`);
    if (this.#isOver) throw refuse(OVER);
    const bytes = sizeOf([...this.#steps, [name, result]]);
    if (bytes > LARGEST_CHECKPOINT_BYTES)
      throw refuse(`${tooLarge(bytes)}. All steps of a run share the space`);
    return result;
  }

  #save(): Promise<void> {
    const steps = [...this.#steps].map(
      ([name, result]): SavedStep => (result === undefined ? [name] : [name, result]),
    );
    return this.#with.save(savedStateText({ value: this.#value, steps }));
  }

  #undeclared(option: string): string {
    return `needs \`${option}\` in defineJobType() of the type ${this.#with.jobType.type}: the engine reads what was saved only for such types`;
  }
}

const OVER = 'comes after the end of its handler: await it before the handler returns';

function tooLarge(bytes: number): string {
  return `must be at most ${LARGEST_CHECKPOINT_BYTES} bytes of JSON; got ${bytes}. Save a position, such as the last id, and keep the data elsewhere`;
}

/** Undefined if there is no value, or if today's schema refuses it: the handler starts from the beginning. */
function readValue(
  { checkpoint: schema }: HandlerResumeDeps['jobType'],
  json: JsonText | undefined,
): unknown {
  if (schema === undefined || json === undefined) return undefined;
  const result = validate(schema, JSON.parse(json));
  return result.issues === undefined ? result.value : undefined;
}

const IN_JSON = 'JSON has text, numbers, true, false, null, and arrays and plain objects of them';

/** Undefined for what JSON can't contain. `refuse` makes the error of a value that has such a part. */
function jsonText(value: unknown, refuse: (detail: string) => EngineError): JsonText | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw refuse(`must be JSON; ${whyNoJson(messageOf(error))}. ${IN_JSON}`);
  }
}

function whyNoJson(message: string): string {
  if (/BigInt/.test(message)) return 'it has a bigint: write it as text, such as String(id)';
  if (/circular/.test(message)) return 'it contains itself: save its parts, such as the ids';
  return `it can't be written as JSON: ${message}`;
}

function sizeOf(steps: readonly (readonly [string, JsonText | undefined])[]): number {
  return steps.reduce(
    (sum, [name, result = '']) => sum + Buffer.byteLength(name) + Buffer.byteLength(result),
    0,
  );
}

function textOf(issues: readonly { readonly message: string }[]): string {
  return issues.map(({ message }) => message).join('; ');
}

function refused(summary: string, pointer: string, detail: string): EngineError {
  return new EngineError('invalid', summary, [{ pointer, detail }]);
}
