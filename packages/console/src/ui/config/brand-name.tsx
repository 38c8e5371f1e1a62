import { useConfig } from './config.tsx';

/** The title of the console. `lastWord`: the class of its last word, if it has several. */
export function BrandName({ lastWord }: { readonly lastWord: string | undefined }) {
  const { title } = useConfig();
  const [, start, end] = /^(.+) (\S+)$/.exec(title) ?? [];
  if (start === undefined) return <span>{title}</span>;
  return (
    <span>
      {start} <span className={lastWord}>{end}</span>
    </span>
  );
}
