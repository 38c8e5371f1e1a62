import type { Stats } from '@greenvue/jobs/client';
import { Table } from '@mantine/core';
import { Link } from 'wouter';
import { nodeNames } from '../data/node-names.ts';
import { NodeHealth } from '../nodes/node-health.tsx';
import { Places } from '../nodes/places.tsx';
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
  const names = nodeNames(nodes);
  return (
    <Panel title="Nodes" className={className} aside={<Link href="/nodes">Show the nodes</Link>}>
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
              <NodeRow
                key={node.node}
                node={node}
                name={names[index] ?? node.node}
                isAnswering={index === 0}
              />
            ))}
          </Table.Tbody>
        </Table>
      </section>
    </Panel>
  );
}

interface NodeRowProps {
  readonly node: Node;
  readonly name: string;
  readonly isAnswering: boolean;
}

function NodeRow({ node, name, isAnswering }: NodeRowProps) {
  return (
    <Table.Tr>
      <Table.Th scope="row" className={classes.name} title={node.node}>
        <Plain>{name}</Plain>
        {isAnswering ? <span className={classes.note}>this server</span> : null}
      </Table.Th>
      <Table.Td>
        <NodeHealth health={node.health} />
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
