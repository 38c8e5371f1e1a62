import { Button, Group, VisuallyHidden } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './example-buttons.module.css';

interface ExamplesProps {
  readonly examples: readonly { readonly value: string; readonly words?: string }[];
  readonly onTake: (value: string) => void;
}

/** Example values that a click inserts. */
export function ExampleButtons({ examples, onTake }: ExamplesProps): ReactNode {
  return (
    <Group gap={6} mt={6}>
      {examples.map(({ value, words }) => (
        <Button key={value} size="compact-sm" variant="default" onClick={() => onTake(value)}>
          <VisuallyHidden>Use </VisuallyHidden>
          <code className={classes.example}>{value}</code>
          {words === undefined ? null : <span className={classes.exampleWords}> {words}</span>}
        </Button>
      ))}
    </Group>
  );
}
