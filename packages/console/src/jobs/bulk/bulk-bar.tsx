import { Button, CloseButton } from '@mantine/core';
import classes from '../../bulk/bulk.module.css';
import { PauseIcon, ResumeIcon, TrashIcon } from '../../ui/icons.tsx';
import { jobsText } from '../../ui/text/jobs-text.ts';

/** What can be done with many jobs at once. */
export type BulkKind = 'pause' | 'resume' | 'delete';

/** The most jobs that a request can name one by one. */
const MOST_IDS = 1_000;

interface BulkBarProps {
  readonly count: number;
  /** How many of the selected jobs the list does not show. */
  readonly unseen: number;
  /** All jobs that match the filters are selected, loaded or not. */
  readonly isMatching: boolean;
  /** How many jobs match, if these are more than the selected ones. */
  readonly matching: number | undefined;
  readonly mayDelete: boolean;
  readonly onSelectMatching: () => void;
  readonly onAsk: (kind: BulkKind) => void;
  readonly onClear: () => void;
}

/** The actions for the selected jobs. */
export function BulkBar(props: BulkBarProps) {
  const { count, isMatching, matching, mayDelete, onSelectMatching, onAsk, onClear } = props;
  const look = { size: 'compact-sm', variant: 'default', disabled: count > MOST_IDS && !isMatching } as const;
  return (
    <section className={classes.bar} aria-label="Selected jobs">
      <span className={classes.text} role="status">
        {choiceText(props)}
      </span>
      {matching === undefined ? null : (
        <Button size="compact-sm" variant="subtle" onClick={onSelectMatching}>
          Select all {matching.toLocaleString('en')} that match
        </Button>
      )}
      <div className={classes.buttons}>
        <Button {...look} leftSection={<PauseIcon />} onClick={() => onAsk('pause')}>
          Pause…
        </Button>
        <Button {...look} leftSection={<ResumeIcon />} onClick={() => onAsk('resume')}>
          Resume…
        </Button>
        {mayDelete ? (
          <Button {...look} leftSection={<TrashIcon />} onClick={() => onAsk('delete')}>
            Delete…
          </Button>
        ) : null}
      </div>
      <CloseButton aria-label="Clear selection" title="Clear selection" onClick={onClear} />
    </section>
  );
}

function choiceText({ count, unseen, isMatching }: BulkBarProps): string {
  if (isMatching) return `All ${jobsText(count)} that match are selected`;
  if (count > MOST_IDS)
    return `${jobsText(count)} selected. At most ${MOST_IDS.toLocaleString('en')} can be chosen one by one: select all that match`;
  return `${jobsText(count)} selected${unseen === 0 ? '' : `, ${unseen} not in this list`}`;
}
