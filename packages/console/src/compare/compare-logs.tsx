import type { Run } from '@greenvue/jobs/client';
import { useRunLogs } from '../data/queries/queries.ts';
import { NotLoaded } from '../ui/feedback/states.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';
import { TextBlock } from '../ui/text/text-block.tsx';
import classes from './compare.module.css';

/** The lines that are shown of each log: the last ones say how the run ended. */
const LAST_LINES = 40;

/** The ends of both logs, side by side. */
export function CompareLogs({ left, right }: { readonly left: Run; readonly right: Run }) {
  return (
    <Panel title={`Log: last ${LAST_LINES} lines`}>
      <div className={classes.sides}>
        <LogEnd run={left} name="first run" />
        <LogEnd run={right} name="second run" />
      </div>
    </Panel>
  );
}

function LogEnd({ run, name }: { readonly run: Run; readonly name: string }) {
  const { data, error, refetch } = useRunLogs(run.id, run.status === 'running');
  if (data === undefined) return <NotLoaded error={error} rows={4} onRetry={refetch} />;
  if (data.length === 0) return <p className={blocks.quiet}>The {name} logged nothing.</p>;
  return (
    <TextBlock label={`the log of the ${name}`}>
      {data
        .slice(-LAST_LINES)
        .map(({ level, message }) => `${level.padEnd(5)} ${message}`)
        .join('\n')}
    </TextBlock>
  );
}
