import type { LogLine, Run } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useDeferredValue, useState } from 'react';
import { useRunLogs } from '../../data/queries/queries.ts';
import { isOver } from '../../data/queries/run-pages.ts';
import { Failed, Loading } from '../../ui/feedback/states.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { Panel } from '../../ui/layout/panel.tsx';
import { CopyButton } from '../../ui/text/copy-button.tsx';
import classes from './log.module.css';
import { LogFilters, type LogLook } from './log-filters.tsx';
import { filterLines, logText } from './log-lines.ts';
import { LogView } from './log-view.tsx';

/** The log of a run's handler. Grows while it runs. */
export function RunLog({ run }: { readonly run: Run }) {
  const log = useRunLogs(run.id, run.status === 'running');
  if (log.data === undefined) {
    return (
      <Panel title="Log">
        {log.isError ? <Failed error={log.error} onRetry={() => void log.refetch()} /> : <Loading rows={6} />}
      </Panel>
    );
  }
  if (log.data.length === 0) {
    return (
      <Panel title="Log">
        <p className={blocks.quiet}>{emptyText(run)}</p>
      </Panel>
    );
  }
  return <FilteredLog run={run} lines={log.data} />;
}

function emptyText(run: Run): string {
  if (run.status === 'queued') return 'No log yet: the run has not started.';
  if (run.status === 'running') return 'No log yet. New lines appear here.';
  return 'The run logged nothing.';
}

function FilteredLog({ run, lines }: { readonly run: Run; readonly lines: readonly LogLine[] }) {
  const [look, setLook] = useState<LogLook>({ level: 'debug', search: '', isWrapped: true });
  const search = useDeferredValue(look.search);
  const shown = filterLines(lines, { level: look.level, search });
  return (
    <Panel
      title="Log"
      aside={
        <div className={classes.logTools}>
          <CopyButton text={() => logText(shown)} what="the log" />
          <Button
            size="compact-xs"
            variant="subtle"
            onClick={() => download(`run-${run.id}.log`, logText(shown))}
          >
            Download
          </Button>
        </div>
      }
    >
      <LogFilters look={look} onChange={setLook}>
        {countText(shown.length, lines.length)}
      </LogFilters>
      {shown.length === 0 ? (
        <p className={blocks.quiet}>No lines match the search and the level.</p>
      ) : (
        // Wrapped lines have other heights, so the measured ones no longer apply.
        <LogView
          key={look.isWrapped ? 'wrapped' : 'long'}
          lines={shown}
          search={search}
          isWrapped={look.isWrapped}
          startsAtEnd={!isOver(run)}
        />
      )}
    </Panel>
  );
}

function countText(shown: number, all: number): string {
  const lines = all === 1 ? '1 line' : `${all.toLocaleString('en')} lines`;
  return shown === all ? lines : `${shown.toLocaleString('en')} of ${lines}`;
}

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
