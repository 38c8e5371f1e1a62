import type { Run } from '@greenvue/jobs/client';
import { Instant } from '../ui/instant/instant.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Fold } from '../ui/layout/fold.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { reasonText } from '../ui/status/reasons.ts';
import { causeLine, errorLine, stacksText } from '../ui/status/run-words.ts';
import { Plain } from '../ui/text/text.tsx';
import { TextBlock } from '../ui/text/text-block.tsx';
import classes from './run.module.css';

type AttemptError = Run['errors'][number];

/** The errors by attempt; the newest one is open. */
export function RunErrors({ run }: { readonly run: Run }) {
  if (run.errors.length === 0) return null;
  const newest = run.errors.length - 1;
  return (
    <Panel title={run.errors.length === 1 ? 'Error' : `Errors of ${run.errors.length} attempts`}>
      <div className={classes.stack}>
        {run.errors
          .map((error, index) => (
            <OneError key={`${error.attempt} ${error.at}`} error={error} isOpen={index === newest} />
          ))
          .reverse()}
      </div>
    </Panel>
  );
}

function OneError({ error, isOpen }: { readonly error: AttemptError; readonly isOpen: boolean }) {
  return (
    <Fold
      isOpen={isOpen}
      summary={
        <span className={classes.errorSummary}>
          <span>
            Attempt {error.attempt} failed at <Instant at={error.at} />: {reasonText(error.reason)}
          </span>
          <span className={classes.errorLine}>
            <Plain>{errorLine(error)}</Plain>
          </span>
        </span>
      }
    >
      {error.message.trim().includes('\n') ? (
        <TextBlock label="the message">{`${error.name}: ${error.message}`}</TextBlock>
      ) : null}
      {error.causes.map((cause, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an error's causes never change
        <p key={index} className={classes.cause} data-depth={cause.depth}>
          Caused by <Plain>{causeLine(cause)}</Plain>
        </p>
      ))}
      {error.stack === null ? (
        <p className={blocks.quiet}>No stack.</p>
      ) : (
        <Fold summary={error.causes.length === 0 ? 'Stack' : 'Stacks'}>
          <TextBlock label="the stack">{stacksText({ ...error, stack: error.stack })}</TextBlock>
        </Fold>
      )}
    </Fold>
  );
}
