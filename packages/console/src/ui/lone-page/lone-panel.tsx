import { Paper, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { LonePage } from './lone-page.tsx';

interface LonePanelProps {
  readonly title: string;
  readonly children: ReactNode;
}

/** A {@link LonePage} with one panel on it. */
export function LonePanel({ title, children }: LonePanelProps) {
  return (
    <LonePage>
      <Paper withBorder p="lg" radius="md">
        <Title order={1} size="h3" mb={4}>
          {title}
        </Title>
        {children}
      </Paper>
    </LonePage>
  );
}
