import type { Run } from '@greenvue/jobs/client';
import { Link } from 'wouter';
import { Ago } from '../ui/instant/instant.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { runPath } from '../ui/paths.ts';
import { Plain } from '../ui/text/text.tsx';
import classes from './nodes.module.css';

const SHOWN = 5;

interface NodeRunsProps {
  readonly node: string;
  /** How many runs the node has said that it is running. */
  readonly busy: number;
  /** The running runs that are known; undefined while they load. */
  readonly runs: readonly Run[] | undefined;
}

/** What runs on a node now. */
export function NodeRuns({ node, busy, runs }: NodeRunsProps) {
  const own = runs?.filter((run) => run.node === node) ?? [];
  if (own.length === 0 && busy === 0) return <p className={blocks.quiet}>Nothing is running here.</p>;
  const all = `/runs?${new URLSearchParams({ status: 'running', node })}`;
  return (
    <>
      <ul className={classes.runs}>
        {own.slice(0, SHOWN).map((run) => (
          <li key={run.id}>
            <Link href={runPath(run.id)} title={run.job_id}>
              <Plain>{run.job_name}</Plain>
            </Link>{' '}
            <span className={blocks.quiet}>
              started <Ago at={run.started_at} />
            </span>
          </li>
        ))}
      </ul>
      <Link href={all}>All running runs of this node</Link>
    </>
  );
}
