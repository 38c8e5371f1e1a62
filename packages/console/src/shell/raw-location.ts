import { useBrowserLocation, useSearch } from 'wouter/use-browser-location';

type Navigate = ReturnType<typeof useBrowserLocation>[1];

/**
 * Where one is, with all that is encoded in it left so: the router decodes some of it, so that nobody could
 * tell any more what was an id's own. For its `hook` and its `searchHook`.
 */
export function useRawLocation(): [string, Navigate] {
  const [path, navigate] = useBrowserLocation();
  return [guarded(path), navigate];
}

export function useRawSearch(): string {
  return guarded(useSearch());
}

/** What the router's decoding turns into what it was. */
function guarded(text: string): string {
  return text.replaceAll('%', '%25');
}
