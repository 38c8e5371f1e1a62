import { Button, Loader } from '@mantine/core';
import { useTicker } from '../../ui/clock/now.tsx';
import { faultWords } from '../../ui/feedback/fault-words.ts';
import { RefreshIcon, WarningIcon } from '../../ui/icons.tsx';
import { Instant } from '../../ui/instant/instant.tsx';
import { Plain } from '../../ui/text/text.tsx';
import classes from './notes.module.css';
import table from './table.module.css';

interface StaleNoteProps {
  /**
   * When the rows were read, in ms of the browser's clock; 0 if they are no longer cached and only names are
   * shown.
   */
  readonly readAt: number;
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** The shown rows could not be refreshed, so they may be out of date. */
export function StaleNote({ readAt, error, onRetry }: StaleNoteProps) {
  const ticker = useTicker();
  return (
    <div className={classes.note} role="status">
      <WarningIcon />
      <span className={classes.noteText}>
        {faultText(error)}{' '}
        {readAt === 0 ? (
          'Some rows could not be refreshed.'
        ) : (
          <>
            The rows are from <Instant at={new Date(ticker.onServer(readAt)).toISOString()} />.
          </>
        )}
      </span>
      <RetryButton onRetry={onRetry} />
    </div>
  );
}

interface MoreRowProps {
  /** How many columns the row spans. */
  readonly columns: number;
  /** Why the next page could not be read; undefined while it is loading. */
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** The end of the loaded rows, if more follow. */
export function MoreRow({ columns, error, onRetry }: MoreRowProps) {
  return (
    <tr className={table.more}>
      <td colSpan={columns}>
        <div className={classes.moreBody} role="status">
          {error === undefined ? (
            <>
              <Loader size="xs" /> Loading more jobs
            </>
          ) : (
            <>
              <WarningIcon />
              <span className={classes.noteText}>{faultText(error)} More jobs could not be loaded.</span>
              <RetryButton onRetry={onRetry} />
            </>
          )}
        </div>
      </td>
    </tr>
  );
}

function RetryButton({ onRetry }: { readonly onRetry: () => void }) {
  return (
    <Button size="compact-sm" variant="default" leftSection={<RefreshIcon size={14} />} onClick={onRetry}>
      Try again
    </Button>
  );
}

/** The error in one or two sentences. */
function faultText(error: unknown) {
  const { title, detail } = faultWords(error);
  if (detail?.startsWith(title) === true) return <Plain>{detail}</Plain>;
  return (
    <>
      {title}.
      {detail === undefined ? null : (
        <>
          {' '}
          <Plain>{detail}</Plain>
        </>
      )}
    </>
  );
}
