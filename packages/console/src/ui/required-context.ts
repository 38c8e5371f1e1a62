import { type Context, useContext } from 'react';

/** The value of a context. Throws if the component is not inside of the context's provider. */
export function useRequired<T>(context: Context<T | undefined>, provider: string): T {
  const value = useContext(context);
  if (value === undefined) throw new Error(`This component must be inside of <${provider}>.`);
  return value;
}
