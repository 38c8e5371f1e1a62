import { useSearchParams } from 'wouter';
import { TypeSelect } from '../data/job-selects.tsx';
import { useJobTypes } from '../data/queries/queries.ts';
import { TrendsPanel } from '../trends/trends-panel.tsx';

/** The runs of all jobs over time, or of the job type in the URL. */
export function TypeTrends({ className }: { readonly className: string | undefined }) {
  const [search, setSearch] = useSearchParams();
  const { data: types = [] } = useJobTypes();
  const type = types.find((known) => known.type === search.get('type'))?.type;
  const choose = (chosen: string | undefined): void => {
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (chosen === undefined) after.delete('type');
        else after.set('type', chosen);
        return after;
      },
      { replace: true },
    );
  };
  return (
    <TrendsPanel
      of={type === undefined ? {} : { type }}
      className={className}
      aside={<TypeSelect any="All jobs" value={type} onChange={choose} />}
    />
  );
}
