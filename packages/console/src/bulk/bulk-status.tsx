import type { BulkCommand } from '@greenvue/jobs/client';
import { Button, CloseButton, Progress } from '@mantine/core';
import { Link } from 'wouter';
import { Actor } from '../data/actor.tsx';
import { useMay } from '../session/session.tsx';
import { faultWords } from '../ui/feedback/fault-words.ts';
import { RefreshIcon, StopIcon } from '../ui/icons.tsx';
import { jobPath, runPath } from '../ui/paths.ts';
import { Plain } from '../ui/text/text.tsx';
import classes from './bulk.module.css';
import { useCancelBulk, useRunningCommands } from './bulk-queries.ts';
import { isOver, progressText, resultText } from './bulk-words.ts';
import type { Bulk } from './use-bulk.ts';

/** The bulk commands that run now, each with its progress, and the result of this page's own one. */
export function BulkStatus({ bulk }: { readonly bulk: Bulk }) {
  const others = useRunningCommands().filter(({ id }) => id !== bulk.id);
  return (
    <>
      {others.map((command) => (
        <Running key={command.id} command={command} />
      ))}
      <Own bulk={bulk} />
    </>
  );
}

function Own({ bulk }: { readonly bulk: Bulk }) {
  const { command, isRunning, error, readAgain, dismiss } = bulk;
  if (isRunning) return command === undefined ? <Starting /> : <Running command={command} />;
  if (command !== undefined && isOver(command)) return <Over command={command} onDismiss={dismiss} />;
  if (error === null) return null;
  return <Unknown command={command} error={error} onReadAgain={readAgain} onDismiss={dismiss} />;
}

function Starting() {
  return (
    <section className={classes.bar} aria-label="Progress">
      <span className={classes.text}>Starting…</span>
    </section>
  );
}

function Running({ command }: { readonly command: BulkCommand }) {
  const { operate } = useMay();
  const cancel = useCancelBulk();
  const { id, total, done, failed, status, created_by: by } = command;
  const text = progressText(command);
  return (
    <section className={classes.bar} aria-label={`Progress of command ${id}`}>
      <span className={classes.text}>
        {text}
        {by === null ? null : (
          <>
            , by <Actor actor={by} />
          </>
        )}
      </span>
      <Progress
        className={classes.progress}
        value={total === 0 ? 0 : ((done + failed) / total) * 100}
        aria-label={text}
      />
      {operate ? (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<StopIcon />}
          loading={cancel.isPending}
          disabled={status !== 'running'}
          onClick={() => cancel.mutate(id)}
        >
          Cancel
        </Button>
      ) : null}
    </section>
  );
}

interface UnknownProps {
  readonly command: BulkCommand | undefined;
  readonly error: Error;
  readonly onReadAgain: () => void;
  readonly onDismiss: () => void;
}

/** What was known before the progress could not be read. */
function Unknown({ command, error, onReadAgain, onDismiss }: UnknownProps) {
  const known =
    command === undefined ? 'The command has started' : `Last known progress: ${progressText(command)}`;
  return (
    <section className={classes.bar} aria-label="Progress">
      <span className={classes.text} role="status">
        {known}. Its progress could not be read: {faultWords(error).title}. The server continues the command.
      </span>
      <Button size="compact-sm" variant="default" leftSection={<RefreshIcon />} onClick={onReadAgain}>
        Try again
      </Button>
      <CloseButton aria-label="Close the progress" onClick={onDismiss} />
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
