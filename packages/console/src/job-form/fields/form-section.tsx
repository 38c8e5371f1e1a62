import { Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './fields.module.css';

interface FormSectionProps {
  readonly title: string;
  readonly lead?: string;
  readonly children: ReactNode;
}

/** A part of the form with its own heading. */
export function FormSection({ title, lead, children }: FormSectionProps) {
  const id = useId();
  return (
    <section className={classes.section} aria-labelledby={id}>
      <div>
        <Title order={2} id={id} className={classes.sectionTitle}>
          {title}
        </Title>
        {lead === undefined ? null : (
          <Text size="sm" c="dimmed">
            {lead}
          </Text>
        )}
      </div>
      {children}
    </section>
  );
}
