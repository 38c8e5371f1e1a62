import { type LoadHook, stripTypeScriptTypes } from 'node:module';
import { withMistake } from '../../simulation/broken/variant.ts';
import { mistakeIn } from '../mistakes.ts';

/**
 * Gives Jazzer.js the JavaScript of a TypeScript module: its own hook, which comes after this one, instruments
 * only JavaScript. FUZZ_MISTAKE names a mistake to make in the code under test.
 */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (loaded.format !== 'module-typescript') return loaded;
  const mistake = mistakeIn(url, process.env.FUZZ_MISTAKE);
  const source = String(loaded.source);
  const broken = mistake === undefined ? source : withMistake(mistake, source);
  return { ...loaded, format: 'module', source: stripTypeScriptTypes(broken) };
};
