import type { ReactNode } from 'react';
import classes from './help.module.css';
import { Help } from './help.tsx';
import type { HelpWord } from './help-words.ts';

interface WithHelpProps {
  /** Absent: the field alone. */
  readonly word: HelpWord | undefined;
  readonly children: ReactNode;
}

/** A field with the meaning of a word in its label. A button inside of a label would belong to its name. */
export function WithHelp({ word, children }: WithHelpProps) {
  return (
    <div className={classes.field}>
      {children}
      {word === undefined ? null : (
        <div className={classes.corner}>
          <Help word={word} />
        </div>
      )}
    </div>
  );
}
