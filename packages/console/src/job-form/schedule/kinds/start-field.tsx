import { InstantField } from '../../../ui/instant/instant-field.tsx';
import { useFault } from '../../fields/use-field.ts';
import { fieldId } from '../../payload/pointer.ts';
import type { PartProps } from './part-props.ts';

/** When a schedule begins. What that means is different for each kind. */
export function StartField({ schedule, write, description }: PartProps & { readonly description: string }) {
  return (
    <InstantField
      id={fieldId('/start_at')}
      label="Start at (optional)"
      name="Start at"
      description={description}
      fault={useFault('/start_at')}
      draft={schedule.startAt}
      onChange={(startAt) => write('/start_at', { startAt })}
    />
  );
}
