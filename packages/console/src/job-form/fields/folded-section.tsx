import { Stack, Text, UnstyledButton } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { ChevronIcon } from '../../ui/icons.tsx';
import classes from './fields.module.css';

interface FoldedSectionProps {
  readonly title: string;
  readonly lead: string;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
  readonly children: ReactNode;
}

/** A part of the form that most jobs leave closed. */
export function FoldedSection({ title, lead, isOpen, onToggle, children }: FoldedSectionProps) {
  const id = useId();
  return (
    <section className={classes.section}>
      <h2 className={classes.fold}>
        <UnstyledButton
          className={classes.foldButton}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={onToggle}
        >
          <span className={isOpen ? classes.up : classes.down}>
            <ChevronIcon />
          </span>
          <span>
            {title}
            <Text component="span" size="sm" c="dimmed" className={classes.foldLead}>
              {lead}
            </Text>
          </span>
        </UnstyledButton>
      </h2>
      <div id={id} hidden={!isOpen}>
        {isOpen ? <Stack gap="lg">{children}</Stack> : null}
      </div>
    </section>
  );
}
