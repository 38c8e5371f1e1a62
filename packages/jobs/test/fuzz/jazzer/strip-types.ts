import { type LoadHook, stripTypeScriptTypes } from 'node:module';

/**
 * Gives Jazzer.js the JavaScript of a TypeScript module: its own hook, which comes after this one, instruments
 * only JavaScript.
 */
export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (loaded.format !== 'module-typescript') return loaded;
  return { ...loaded, format: 'module', source: stripTypeScriptTypes(String(loaded.source)) };
};
