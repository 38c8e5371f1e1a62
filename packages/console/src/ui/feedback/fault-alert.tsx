import { Alert } from '@mantine/core';
import type { ReactNode } from 'react';

/** Says at once why something failed; nothing while `children` is undefined. */
export function FaultAlert({ children }: { readonly children: ReactNode }) {
  if (children === undefined) return null;
  return (
    <Alert color="red" variant="light" role="alert">
      {children}
    </Alert>
  );
}
