import { type ComponentProps, lazy, Suspense } from 'react';
import { Loading } from '../feedback/states.tsx';

const TextDiff = lazy(async () => ({ default: (await import('./text-diff.tsx')).TextDiff }));

/** How two texts differ. Loads what it needs when it is first drawn. */
export function Diff(props: ComponentProps<typeof TextDiff>) {
  return (
    <Suspense fallback={<Loading rows={3} />}>
      <TextDiff {...props} />
    </Suspense>
  );
}
