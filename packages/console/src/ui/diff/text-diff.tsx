import { structuredPatch } from 'diff';
import { Spoken } from '../text/text.tsx';
import classes from './text-diff.module.css';

interface TextDiffProps {
  /** The accessible name. */
  readonly label: string;
  readonly before: string;
  readonly after: string;
  /** What the two texts are. */
  readonly names: readonly [before: string, after: string];
}

const CONTEXT_LINES = 3;

/** The lines that differ between two texts, with some lines around them. Imports a library: use `Diff`. */
export function TextDiff({ label, before, after, names }: TextDiffProps) {
  const { hunks } = structuredPatch('', '', ended(before), ended(after), '', '', { context: CONTEXT_LINES });
  if (hunks.length === 0) return <p className={classes.same}>No difference.</p>;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for controls
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and the keyboard must be able to
    <div className={classes.diff} role="group" aria-label={label} tabIndex={0} dir="auto">
      <div className={classes.names}>
        <span>− {names[0]}</span>
        <span>+ {names[1]}</span>
      </div>
      {hunks.map(({ oldStart, newStart, lines }) => (
        <div key={`${oldStart} ${newStart}`} className={classes.hunk}>
          {lines.map((line, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a hunk never changes, and lines may be equal
            <Line key={index} line={line} />
          ))}
        </div>
      ))}
    </div>
  );
}

function Line({ line }: { readonly line: string }) {
  const text = line.slice(1) || ' ';
  switch (line[0]) {
    case '-':
      return (
        <del className={classes.removed}>
          <Spoken>removed: </Spoken>
          {text}
        </del>
      );
    case '+':
      return (
        <ins className={classes.added}>
          <Spoken>added: </Spoken>
          {text}
        </ins>
      );
    default:
      return <span className={classes.kept}>{text}</span>;
  }
}

/** With an end of line, so that the diff does not say that there is none. */
function ended(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
