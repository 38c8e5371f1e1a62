import { NativeSelect, type NativeSelectProps } from '@mantine/core';

interface AnySelectProps<Value extends string> extends Pick<NativeSelectProps, 'size'> {
  readonly label: string;
  /** The label of the choice that sets no filter. */
  readonly any: string;
  readonly options: readonly { readonly value: Value; readonly label: string }[];
  readonly value: Value | undefined;
  readonly onChange: (value: Value | undefined) => void;
}

/** Filters by one of a few values, or by none. */
export function AnySelect<Value extends string>(props: AnySelectProps<Value>) {
  const { label, any, options, value, onChange, size } = props;
  // A link may have a value that this server does not know, such as a deleted tag.
  const isKnown = value === undefined || options.some((option) => option.value === value);
  const known = isKnown ? options : [{ value, label: value }, ...options];
  return (
    <NativeSelect
      {...(size === undefined ? {} : { size })}
      aria-label={label}
      data={[{ value: '', label: any }, ...known]}
      value={value ?? ''}
      onChange={({ currentTarget }) =>
        onChange(known.find((one) => one.value === currentTarget.value)?.value)
      }
    />
  );
}

/** The options of a list of values. */
export function labelled<Value extends string>(values: readonly Value[], labelOf: (value: Value) => string) {
  return values.map((value) => ({ value, label: labelOf(value) }));
}
