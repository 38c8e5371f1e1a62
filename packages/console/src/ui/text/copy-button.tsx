import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { CheckIcon, CopyIcon } from '../icons.tsx';
import { copyText } from './clipboard.ts';
import { Spoken } from './text.tsx';

const SHOWN_MS = 2_500;

interface CopyButtonProps {
  /** Called when the button is pressed. */
  readonly text: () => string;
  /** The name of the copied text, such as "the id"; part of the button's accessible name. */
  readonly what: string;
}

/** Copies a text and shows whether that worked. */
export function CopyButton({ text, what }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<'copied' | 'refused' | undefined>(undefined);
  useEffect(() => {
    if (outcome === undefined) return;
    const timer = window.setTimeout(() => setOutcome(undefined), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [outcome]);
  const copy = (): void => {
    void copyText(text()).then((isCopied) => setOutcome(isCopied ? 'copied' : 'refused'));
  };
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      mih={24}
      leftSection={outcome === 'copied' ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
      onClick={copy}
    >
      <span aria-live="polite">{WORDS[outcome ?? 'ready']}</span>
      {outcome === undefined ? <Spoken> {what}</Spoken> : null}
    </Button>
  );
}

const WORDS = {
  ready: 'Copy',
  copied: 'Copied',
  refused: 'The browser blocked copying: select the text instead',
} as const;
