import type { BulkCommand } from '@greenvue/jobs/client';
import { Button, CloseButton, Progress } from '@mantine/core';
import { Link } from 'wouter';
import { StopIcon } from '../ui/icons.tsx';
import { jobPath, runPath } from '../ui/paths.ts';
import { Plain } from '../ui/text/text.tsx';
import classes from './bulk.module.css';
import { isOver, progressText, resultText } from './bulk-words.ts';
import type { Bulk } from './use-bulk.ts';

/** The progress of a bulk command, then its result with the failures. Renders nothing before. */
export function BulkStatus({ bulk }: { readonly bulk: Bulk }) {
  const { command, isRunning, cancel, dismiss } = bulk;
  if (isRunning) return <Running command={command} onStop={cancel} />;
  if (command === undefined || !isOver(command)) return null;
  return <Over command={command} onDismiss={dismiss} />;
}

interface RunningProps {
  readonly command: BulkCommand | undefined;
  readonly onStop: () => void;
}

function Running({ command, onStop }: RunningProps) {
  const text = command === undefined ? 'Starting…' : progressText(command);
  const { total = 0, done = 0, failed = 0, status } = command ?? {};
  const percent = total === 0 ? 0 : ((done + failed) / total) * 100;
  return (
    <section className={classes.bar} aria-label="Progress">
      <span className={classes.text}>{text}</span>
      <Progress className={classes.progress} value={percent} aria-label={text} />
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<StopIcon />}
        onClick={onStop}
        disabled={status !== 'running'}
      >
        Stop
      </Button>
    </section>
  );
}

interface OverProps {
  readonly command: BulkCommand;
  readonly onDismiss: () => void;
}

function Over({ command, onDismiss }: OverProps) {
  const { failures, failed, total, done } = command;
  const more = failed - failures.length;
  return (
    <section className={classes.over} data-whole={done === total} aria-label="Result">
      <div className={classes.overHead}>
        <span className={classes.text} role="status">
          {resultText(command)}
        </span>
        <CloseButton aria-label="Close the result" onClick={onDismiss} />
      </div>
      {failures.length === 0 ? null : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too
        <ul className={classes.failed} aria-label="What failed" tabIndex={0}>
          {failures.map((failure) => (
            <Failure key={`${failure.job_id} ${failure.run_id}`} failure={failure} />
          ))}
          {more > 0 ? <li>and {more.toLocaleString('en')} more</li> : null}
        </ul>
      )}
    </section>
  );
}

function Failure({ failure }: { readonly failure: BulkCommand['failures'][number] }) {
  const { job_id: jobId, run_id: runId, detail } = failure;
  const href = runId !== null ? runPath(runId) : jobPath(jobId ?? '');
  return (
    <li>
      <Link href={href}>
        <Plain>{runId ?? jobId ?? ''}</Plain>
      </Link>
      : <Plain>{detail}</Plain>
    </li>
  );
}
