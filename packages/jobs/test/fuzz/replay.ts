import { readFile } from 'node:fs/promises';
import { type Fuzz, type Target, urlOf } from './targets.ts';

/** Calls a target with the input in a file. Returns the fault that it shows, if any. */
export async function replay(target: Target, file: string): Promise<string | undefined> {
  const { fuzz }: { readonly fuzz: Fuzz } = await import(urlOf(target));
  return faultIn(fuzz, await readFile(file));
}

/** The fault that an input shows. */
export async function faultIn(fuzz: Fuzz, input: Uint8Array): Promise<string | undefined> {
  try {
    await fuzz(input);
    return undefined;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
