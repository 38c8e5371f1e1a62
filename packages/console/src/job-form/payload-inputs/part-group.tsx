import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import blocks from '../../ui/layout/blocks.module.css';
import { useFault } from '../fields/use-field.ts';
import type { Field } from '../payload/payload-model.ts';
import { fieldId, pointerOf } from '../payload/pointer.ts';
import type { ControlProps } from './payload-controls.tsx';
import classes from './payload-inputs.module.css';

type GroupProps = Omit<ControlProps<Field>, 'field'> & { readonly children: ReactNode };

export function PartGroup({ path, heading, help, isRequired, children }: GroupProps) {
  const pointer = pointerOf(path);
  const id = fieldId(pointer);
  const fault = useFault(pointer);
  const notes = [help === '' ? undefined : `${id}-help`, fault === undefined ? undefined : `${id}-fault`];
  const describedBy = notes.filter((note) => note !== undefined).join(' ');
  return (
    <fieldset
      id={id}
      className={classes.group}
      {...(describedBy === '' ? {} : { 'aria-describedby': describedBy })}
    >
      <legend className={classes.legend}>
        {heading}
        {isRequired ? <span aria-hidden="true"> *</span> : null}
      </legend>
      {help === '' ? null : (
        <Text id={`${id}-help`} size="xs" c="dimmed">
          {help}
        </Text>
      )}
      {children}
      {fault === undefined ? null : (
        <Text id={`${id}-fault`} size="sm" className={blocks.fault}>
          {fault}
        </Text>
      )}
    </fieldset>
  );
}
