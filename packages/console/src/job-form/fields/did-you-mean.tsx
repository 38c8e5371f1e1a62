import { Button } from '@mantine/core';
import { guessDuration } from '../../ui/schedule/duration-guess.ts';
import classes from './fields.module.css';

interface DidYouMeanProps {
  /** The text of a field for a duration. */
  readonly text: string;
  readonly onTake: (duration: string) => void;
}

/** Offers the duration that a text means, such as 5m for "5 minutes". Renders nothing for a valid one. */
export function DidYouMean({ text, onTake }: DidYouMeanProps) {
  const guess = guessDuration(text);
  if (guess === undefined) return null;
  return (
    <Button className={classes.guess ?? ''} size="compact-sm" variant="light" onClick={() => onTake(guess)}>
      Did you mean {guess}?
    </Button>
  );
}
