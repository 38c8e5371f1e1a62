import type { JobNode } from '@greenvue/jobs/client';
import { Text } from '@mantine/core';
import { nodeNames } from '../data/node-names.ts';
import { useNodes } from '../data/queries/nodes-query.ts';
import { useRuns } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { useIsScoped } from '../session/session.tsx';
import { NotLoaded } from '../ui/feedback/states.tsx';
import { Help } from '../ui/help/help.tsx';
import { NodeCard } from './node-card.tsx';
import classes from './nodes.module.css';
import { useMayDrain } from './use-drain.ts';
import { isLastWorking } from './working-nodes.ts';

const EVERY_MS = 2_000;
/** The running runs that are read for all nodes together. Each node links to all of its own. */
const RUNS_READ = 200;

/** Where the engine runs: each process, its state and its runs. */
export function NodesPage() {
  const isScoped = useIsScoped();
  if (isScoped) {
    return (
      <Page title="Nodes">
        <Text>Only people who may see all jobs can see the nodes.</Text>
      </Page>
    );
  }
  return (
    <Page
      title="Nodes"
      lead={
        <>
          The processes that run jobs. Before you stop or update one, drain it <Help word="drain (node)" />
        </>
      }
    >
      <Nodes />
    </Page>
  );
}

function Nodes() {
  const { data, error, refetch } = useNodes(EVERY_MS);
  if (data === undefined) return <NotLoaded error={error} rows={8} onRetry={refetch} />;
  return <Cards nodes={data} />;
}

function Cards({ nodes }: { readonly nodes: readonly JobNode[] }) {
  const { data } = useRuns({ status: 'running', limit: RUNS_READ });
  const mayDrain = useMayDrain();
  const names = nodeNames(nodes);
  return (
    <div className={classes.cards}>
      {nodes.map((node, index) => (
        <NodeCard
          key={node.node}
          node={node}
          name={names[index] ?? node.node}
          isAnswering={index === 0}
          mayDrain={mayDrain}
          isLast={isLastWorking(node, nodes)}
          runs={data?.pages[0]?.data}
        />
      ))}
    </div>
  );
}
