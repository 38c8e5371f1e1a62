import { loadVariant } from './load-variant.ts';
import { VARIANTS } from './variants.ts';

/** The answer of the process that plays seeds against one broken engine, as JSON. */
export interface Tried {
  readonly seeds: number;
  readonly seconds: number;
  /** Undefined: every seed kept every promise. */
  readonly found?: { readonly seed: number; readonly promise: string; readonly what: string };
}

/** `node try-variant.ts NAME SEEDS`: a process of its own, because a module is loaded once. */
async function tryVariant(name: string, seeds: number): Promise<Tried> {
  const variant = VARIANTS.find((each) => each.name === name);
  if (variant === undefined) throw new Error(`there is no variant "${name}"`);
  const loader = loadVariant(variant);
  const { simulate } = await import('../simulate.ts');
  const { scenarioOf } = await import('../scenario.ts');
  if (!loader.isLoaded()) throw new Error(`the simulation does not load ${variant.file}`);
  const start = performance.now();
  let seed = 0;
  const after = () => ({ seeds: seed, seconds: (performance.now() - start) / 1_000 });
  const tell = (promise: string, what: string) => ({ ...after(), found: { seed, promise, what } });
  // The code that calls the engine throws at what no engine should answer.
  process.once('uncaughtException', (error) => {
    process.stdout.write(JSON.stringify(tell('no unknown error', String(error))), () => process.exit());
  });
  while (seed < seeds) {
    seed += 1;
    const { violation } = await simulate(scenarioOf(seed));
    if (violation !== undefined) return tell(violation.promise, violation.what);
  }
  return after();
}

const [name = '', seeds = '1'] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await tryVariant(name, Number(seeds))));
