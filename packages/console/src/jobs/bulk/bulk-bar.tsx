import { Button, CloseButton, Progress } from '@mantine/core';
import { Link } from 'wouter';
import type { JobMark } from '../../data/job-mark.ts';
import { PauseIcon, ResumeIcon, StopIcon, TrashIcon } from '../../ui/icons.tsx';
import { jobPath } from '../../ui/paths.ts';
import { jobsText } from '../../ui/text/jobs-text.ts';
import { Plain } from '../../ui/text/text.tsx';
import classes from './bulk-bar.module.css';
import {
  type BulkKind,
  type BulkOrder,
  failureText,
  progressText,
  resultText,
  Superseded,
} from './bulk-order.ts';
import type { TurnResult } from './in-turn.ts';
import type { Bulk } from './use-bulk.ts';

interface BulkBarProps {
  readonly bulk: Bulk;
  readonly count: number;
  /** How many of the selected jobs the list does not show. */
  readonly unseen: number;
  readonly mayDelete: boolean;
  readonly onAsk: (kind: BulkKind) => void;
  readonly onClear: () => void;
}

/** The actions for the selected jobs, then their progress, then their result. Renders nothing otherwise. */
export function BulkBar({ bulk, ...choice }: BulkBarProps) {
  const { state } = bulk;
  if (state.phase === 'running') {
    return (
      <Running order={state.order} ended={state.ended} isStopping={state.isStopping} onStop={bulk.stop} />
    );
  }
  return (
    <>
      {state.phase === 'over' ? (
        <Over kind={state.order.kind} result={state.result} onDismiss={bulk.dismiss} />
      ) : null}
      {choice.count === 0 ? null : <Choice {...choice} />}
    </>
  );
}

function Choice({ count, unseen, mayDelete, onAsk, onClear }: Omit<BulkBarProps, 'bulk'>) {
  const look = { size: 'compact-sm', variant: 'default' } as const;
  return (
    <section className={classes.bar} aria-label="Selected jobs">
      <span className={classes.text} role="status">
        {jobsText(count)} selected{unseen === 0 ? '' : `, ${unseen} not in this list`}
      </span>
      <div className={classes.buttons}>
        <Button {...look} leftSection={<PauseIcon />} onClick={() => onAsk('pause')}>
          Pause…
        </Button>
        <Button {...look} leftSection={<ResumeIcon />} onClick={() => onAsk('resume')}>
          Resume
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

interface RunningProps {
  readonly order: BulkOrder;
  readonly ended: number;
  readonly isStopping: boolean;
  readonly onStop: () => void;
}

function Running({ order, ended, isStopping, onStop }: RunningProps) {
  const total = order.jobs.length;
  const text = progressText(order.kind, ended, total);
  return (
    <section className={classes.bar} aria-label="Progress">
      <span className={classes.text}>{isStopping ? `Stopping. ${text}` : text}</span>
      <Progress className={classes.progress} value={(ended / total) * 100} aria-label={text} />
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<StopIcon />}
        onClick={onStop}
        disabled={isStopping}
      >
        Stop
      </Button>
    </section>
  );
}

interface OverProps {
  readonly kind: BulkKind;
  readonly result: TurnResult<JobMark>;
  readonly onDismiss: () => void;
}

function Over({ kind, result, onDismiss }: OverProps) {
  const isWhole = result.failed.length === 0 && result.left.length === 0;
  const isReplaced = (error: unknown) => error instanceof Superseded && error.isRecreated;
  const staysSelected = result.left.length > 0 || result.failed.some(({ error }) => !isReplaced(error));
  return (
    <section className={classes.over} data-whole={isWhole} aria-label="Result">
      <div className={classes.overHead}>
        <span className={classes.text} role="status">
          {resultText(kind, result)}
          {staysSelected ? ' Jobs that were not changed stay selected, so that you can try again.' : null}
        </span>
        <CloseButton aria-label="Close the result" onClick={onDismiss} />
      </div>
      {result.failed.length === 0 ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too
        <ul className={classes.failed} aria-label="Jobs that failed" tabIndex={0}>
          {result.failed.map(({ item, error }) => (
            <li key={item.id}>
              <Link href={jobPath(item.id)}>
                <Plain>{item.id}</Plain>
              </Link>
              : <Plain>{failureText(error)}</Plain>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
