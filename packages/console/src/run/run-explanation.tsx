import { Link } from 'wouter';
import { Instant } from '../ui/instant/instant.tsx';
import { runPath } from '../ui/paths.ts';
import type { Sentence } from './explain-run.ts';
import classes from './run.module.css';

/** Sentences about a run, with times in the viewer's zone. */
export function RunExplanation({ sentences }: { readonly sentences: readonly Sentence[] }) {
  if (sentences.length === 0) return null;
  return (
    <div className={classes.explanation}>
      {sentences.map((sentence) => (
        <p key={keyOf(sentence)}>
          {sentence.map((part) => (
            <Part key={textOf(part)} part={part} />
          ))}
        </p>
      ))}
    </div>
  );
}

function Part({ part }: { readonly part: Sentence[number] }) {
  if (typeof part === 'string') return part;
  return 'at' in part ? <Instant at={part.at} /> : <Link href={runPath(part.runId)}>run {part.runId}</Link>;
}

function keyOf(sentence: Sentence): string {
  return sentence.map(textOf).join('');
}

function textOf(part: Sentence[number]): string {
  if (typeof part === 'string') return part;
  return 'at' in part ? part.at : part.runId;
}
