import { CopyButton } from './copy-button.tsx';
import classes from './text-block.module.css';

interface TextBlockProps {
  readonly children: string;
  /** The name of the text, such as "the stack". */
  readonly label: string;
}

/** A text as it is, in a scrolling block with a button that copies it. */
export function TextBlock({ children, label }: TextBlockProps) {
  return (
    <div className={classes.block}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to */}
      <pre className={classes.text} tabIndex={0} aria-label={label} role="group" dir="auto">
        {children}
      </pre>
      <div className={classes.copy}>
        <CopyButton text={() => children} what={label} />
      </div>
    </div>
  );
}

/** A JSON value, pretty-printed. */
export function JsonBlock({ value, label }: { readonly value: unknown; readonly label: string }) {
  return <TextBlock label={label}>{JSON.stringify(value, null, 2) ?? 'null'}</TextBlock>;
}
