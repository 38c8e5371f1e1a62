import { Link, useLocation } from 'wouter';
import { useNodes } from '../data/queries/nodes-query.ts';
import { Banner } from '../ui/layout/banner.tsx';
import { useMayDrain } from './use-drain.ts';
import { whyNoneWorks } from './working-nodes.ts';

const EVERY_MS = 15_000;

/** Says on each page that no run starts because nodes are drained and no other one works, and what to do. */
export function AllDrainedBanner() {
  const { data: nodes } = useNodes(EVERY_MS);
  const mayDrain = useMayDrain();
  const [path] = useLocation();
  const why = whyNoneWorks(nodes ?? []);
  if (why === undefined) return null;
  return (
    <Banner tone="warning">
      <strong>{reasonText(why, nodes?.length)}</strong>. Running runs finish; no run starts.{' '}
      {mayDrain ? 'Resume a node, or start another one.' : 'Ask an operator to resume a node.'}{' '}
      {path === '/nodes' ? null : <Link href="/nodes">Show the nodes</Link>}
    </Banner>
  );
}

function reasonText(why: 'drained' | 'unhealthy', count: number | undefined): string {
  if (why === 'unhealthy') return 'No node works: each one is drained or unhealthy';
  return count === 1 ? 'The only node is drained' : 'All nodes are drained';
}
