import { readFile } from 'node:fs/promises';
import { fewest } from '../simulation/shrink.ts';
import { faultIn } from './replay.ts';
import { type Fuzz, type Target, urlOf } from './targets.ts';

/** The input in a file, without the bytes that its fault does not need. */
export async function minimized(target: Target, file: string): Promise<Uint8Array> {
  const { fuzz }: { readonly fuzz: Fuzz } = await import(urlOf(target));
  const input = await readFile(file);
  const kind = kindOf(await faultIn(fuzz, input));
  const kept = await fewest(
    [...input],
    async (bytes) => kindOf(await faultIn(fuzz, Uint8Array.from(bytes))) === kind,
  );
  return Uint8Array.from(kept);
}

/** Faults of one place and one sentence are the same, whatever values they name. */
function kindOf(fault: string | undefined): string | undefined {
  const [first = '', ...frames] = fault?.split('\n') ?? [];
  const place = frames.find((line) => line.includes('/fuzz/targets/') || line.includes('/src/')) ?? '';
  return fault && `${first.slice(0, 20)} ${place.replace(/^.*\//, '')}`;
}
