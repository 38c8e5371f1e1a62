import { useEffect } from 'react';
import { useConfig } from './config.tsx';

/** Sets the title of the browser's tab; undefined leaves it as it is. */
export function useDocumentTitle(text: string | undefined): void {
  const { title } = useConfig();
  useEffect(() => {
    if (text !== undefined) document.title = `${text} · ${title}`;
  }, [text, title]);
}
