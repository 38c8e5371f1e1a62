import { Instant } from '../ui/instant/instant.tsx';
import type { Sentence } from './explain-run.ts';
import classes from './run.module.css';

/** Sentences about a run, with times in the viewer's zone. */
export function RunExplanation({ sentences }: { readonly sentences: readonly Sentence[] }) {
  if (sentences.length === 0) return null;
  return (
    <div className={classes.explanation}>
      {sentences.map((sentence) => (
        <p key={keyOf(sentence)}>
          {sentence.map((part) => (typeof part === 'string' ? part : <Instant key={part.at} at={part.at} />))}
        </p>
      ))}
    </div>
  );
}

function keyOf(sentence: Sentence): string {
  return sentence.map((part) => (typeof part === 'string' ? part : part.at)).join('');
}
