import type { JobType } from '@greenvue/jobs/client';
import type { JobForm } from './draft/use-job-form.ts';
import { ShortField } from './fields/short-field.tsx';
import { SHORT_FIELDS } from './parts/short-fields.ts';

interface ShortSectionProps {
  readonly form: JobForm;
  /** The job's type, whose defaults apply to empty fields. */
  readonly type: JobType | undefined;
  readonly section: (typeof SHORT_FIELDS)[number]['section'];
}

/** The short fields of a section of the form. */
export function ShortSection({ form, type, section }: ShortSectionProps) {
  const { draft, edit } = form;
  return SHORT_FIELDS.filter((field) => field.section === section).map(
    ({ name, description, kind, example, ofType }) => (
      <ShortField
        key={name}
        pointer={`/${name}`}
        description={description}
        kind={kind}
        example={example}
        placeholder={type && ofType?.(type)}
        value={draft.short[name] ?? ''}
        onChange={(text) =>
          edit(`/${name}`, (before) => ({ ...before, short: { ...before.short, [name]: text } }))
        }
      />
    ),
  );
}
