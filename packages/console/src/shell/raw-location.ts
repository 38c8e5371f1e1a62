import { useBrowserLocation, useSearch } from 'wouter/use-browser-location';

type Navigate = ReturnType<typeof useBrowserLocation>[1];

/**
 * The current path, still encoded. The router decodes a part of it, after which an id's own characters cannot
 * be recognized. For its `hook` and its `searchHook`.
 */
export function useRawLocation(): [string, Navigate] {
  const [path, navigate] = useBrowserLocation();
  return [guarded(path), navigate];
}

export function useRawSearch(): string {
  return guarded(useSearch());
}

/** Encodes a text so that the router's decoding restores it. */
function guarded(text: string): string {
  return text.replaceAll('%', '%25');
}
