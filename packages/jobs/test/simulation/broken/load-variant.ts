import { registerHooks } from 'node:module';
import { urlOf, type Variant, withMistake } from './variant.ts';

/** Breaks the engine in this process: call it before the engine is imported. The source files stay as they are. */
export function loadVariant(variant: Variant): { readonly isLoaded: () => boolean } {
  const url = urlOf(variant);
  let isLoaded = false;
  registerHooks({
    load(asked, context, next) {
      const loaded = next(asked, context);
      if (asked !== url) return loaded;
      isLoaded = true;
      return { ...loaded, source: withMistake(variant, String(loaded.source)) };
    },
  });
  return { isLoaded: () => isLoaded };
}
