import { Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import blocks from '../../ui/layout/blocks.module.css';
import { sentence } from '../labels/field-words.ts';
import { faultText, parseJson } from '../payload/json-text.ts';
import type { Json } from '../payload/json-value.ts';
import { useLeave } from './use-leave.ts';

interface JsonEditorProps {
  readonly id: string;
  readonly label: ReactNode;
  readonly description?: ReactNode;
  readonly text: string;
  readonly isRequired?: boolean;
  readonly minRows?: number;
  /** The server's error. */
  readonly fault: string | undefined;
  /** Shows the syntax error before the field is left, because an action needed valid JSON. */
  readonly isJudged?: boolean;
  /** The error of a value that is valid JSON. */
  readonly check?: (value: Json) => string | undefined;
  readonly onChange: (text: string) => void;
  /** Called when the field loses the focus, so that the text can be formatted. */
  readonly onLeave: () => void;
}

/** A text that must be JSON. Shows a syntax error once the field was left, then while typing. */
export function JsonEditor(props: JsonEditorProps) {
  const { id, label, description, text, isRequired = false, minRows = 3, fault, onChange, onLeave } = props;
  const [wasLeft, setLeft] = useState(false);
  const own = wasLeft || props.isJudged === true ? textFault(text, props.check) : undefined;
  const leave = useLeave(() => {
    setLeft(true);
    onLeave();
  });
  return (
    <Textarea
      id={id}
      label={label}
      description={description}
      error={own ?? fault}
      errorProps={{ role: 'alert' }}
      withAsterisk={isRequired}
      aria-required={isRequired}
      autosize
      minRows={minRows}
      maxRows={24}
      spellCheck={false}
      autoCapitalize="off"
      autoCorrect="off"
      classNames={{ input: blocks.code }}
      value={text}
      onChange={(event) => onChange(event.currentTarget.value)}
      onBlur={leave}
    />
  );
}

function textFault(text: string, check: JsonEditorProps['check']): string | undefined {
  if (text.trim() === '') return undefined;
  const parsed = parseJson(text);
  if (!parsed.ok) return `Invalid JSON: ${faultText(parsed.fault)}.`;
  const detail = check?.(parsed.value);
  return detail === undefined ? undefined : `${sentence(detail)}.`;
}
