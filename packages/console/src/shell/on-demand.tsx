import { type ReactNode, Suspense, useEffect, useRef, useState } from 'react';
import { Boundary } from '../ui/feedback/boundary.tsx';
import { BrokenBanner } from './version-banner.tsx';

interface OnDemandProps {
  readonly isWanted: boolean;
  /** A dialog that is loaded lazily. It is mounted closed, so that it knows which element had the focus. */
  readonly children: (isOpen: boolean) => ReactNode;
}

/** A dialog of the frame that is loaded when it is wanted for the first time. */
export function OnDemand({ isWanted, children }: OnDemandProps) {
  const wasWanted = useRef(false);
  wasWanted.current ||= isWanted;
  if (!wasWanted.current) return null;
  return (
    <Boundary fallback={() => <BrokenBanner />}>
      <Suspense>
        <ClosedFirst isWanted={isWanted}>{children}</ClosedFirst>
      </Suspense>
    </Boundary>
  );
}

/** While a part of it is being loaded, no effect runs. */
function ClosedFirst({ isWanted, children }: OnDemandProps) {
  const [isMounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  return children(isMounted && isWanted);
}
