import { lazy, Suspense } from 'react';
import { Loading } from '../feedback/states.tsx';
import type { DefinitionDiffProps } from './definition-diff.tsx';

const DefinitionDiff = lazy(async () => ({
  default: (await import('./definition-diff.tsx')).DefinitionDiff,
}));

/** How two definitions of a job differ. Loads what it needs when it is first drawn. */
export function DefinitionChanges(props: DefinitionDiffProps) {
  return (
    <Suspense fallback={<Loading rows={4} />}>
      <DefinitionDiff {...props} />
    </Suspense>
  );
}
