import type { Stats } from '@greenvue/jobs/client';
import { Table } from '@mantine/core';
import { Ago } from '../ui/instant/instant.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { Plain } from '../ui/text/text.tsx';
import classes from './nodes.module.css';

type Node = Stats['nodes'][number];

interface NodesPanelProps {
  readonly nodes: readonly Node[];
  readonly className?: string | undefined;
}

/** The server's processes. The one that answered comes first. */
export function NodesPanel({ nodes, className }: NodesPanelProps) {
  return (
    <Panel title="Nodes" className={className}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too */}
      <section className={classes.scroll} tabIndex={0} aria-label="Table of nodes">
        <Table miw={760}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Node</Table.Th>
              <Table.Th scope="col">Health</Table.Th>
              <Table.Th scope="col">Places busy</Table.Th>
              <Table.Th scope="col">Claimed, waiting</Table.Th>
              <Table.Th scope="col">Event loop delay (p99)</Table.Th>
              <Table.Th scope="col">Version</Table.Th>
              <Table.Th scope="col">Started</Table.Th>
              <Table.Th scope="col">Seen</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {nodes.map((node, index) => (
              <NodeRow key={node.node} node={node} isAnswering={index === 0} />
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Panel>
  );
}

function NodeRow({ node, isAnswering }: { readonly node: Node; readonly isAnswering: boolean }) {
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.name}>
        <Plain>{node.node}</Plain>
        {isAnswering ? <span className={classes.note}>this server</span> : null}
      </Table.Th>
      <Table.Td>
        <span className={classes.health} data-health={node.health} title={HEALTH_MEANS[node.health]}>
          {node.health}
        </span>
      </Table.Td>
      <Table.Td>
        <Places busy={node.busy} places={node.places} />
      </Table.Td>
      <Table.Td className={classes.number}>{node.buffered}</Table.Td>
      <Table.Td className={classes.number}>
        {node.event_loop_delay_ms.toFixed(1)} ms
        {node.throttled ? <span className={classes.note}>claims reduced</span> : null}
      </Table.Td>
      <Table.Td>{node.version === '' ? '–' : node.version}</Table.Td>
      <Table.Td>
        <Ago at={node.started_at} />
      </Table.Td>
      <Table.Td>
        <Ago at={node.seen_at} />
      </Table.Td>
    </Table.Tr>
  );
}

const HEALTH_MEANS: Readonly<Record<Node['health'], string>> = {
  ok: 'The node works.',
  late: 'No heartbeat for 10 s. After 15 s the node counts as dead.',
  stalled: 'The event loop of the node is blocked.',
  joining: 'The node has lost contact with the other nodes and claims no runs.',
  failing: 'The node has failed to write and claim runs for at least 5 s. Check its log.',
  draining: 'The node was drained: it finishes its runs, and plans and claims nothing more.',
};

function Places({ busy, places }: { readonly busy: number; readonly places: number }) {
  return (
    <span className={classes.places}>
      <meter
        className={classes.meter}
        min={0}
        max={Math.max(1, places)}
        value={busy}
        aria-label="Places busy"
      />
      {busy} of {places}
    </span>
  );
}
