/** A mistake that a maintainer could make: one text of the engine, replaced by another. */
export interface Variant {
  /** In kebab case. */
  readonly name: string;
  /** The promise that it breaks, such as `P5, one run per slot`. */
  readonly promise: string;
  /** Under `packages/jobs/src`. */
  readonly file: string;
  /** Must be in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

const SOURCES = new URL('../../../src/', import.meta.url);

export function urlOf({ file }: Pick<Variant, 'file'>): string {
  return new URL(file, SOURCES).href;
}

/** The text of its file with the mistake in it. Throws if the text to replace is not there exactly once. */
export function withMistake({ name, file, from, to }: Variant, source: string): string {
  const parts = source.split(from);
  if (parts.length !== 2)
    throw new Error(
      `the variant "${name}" replaces a text that must be in ${file} exactly once, and is there ${parts.length - 1} times: ${from}`,
    );
  return parts.join(to);
}
