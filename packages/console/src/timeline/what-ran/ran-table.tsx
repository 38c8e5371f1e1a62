import type { RunTimeline } from '@greenvue/jobs/client';
import { Table } from '@mantine/core';
import { NodeName } from '../../data/node-name.tsx';
import { ScrolledTable } from '../../ui/table/scrolled-table.tsx';
import { Plain } from '../../ui/text/text.tsx';

const COLUMNS = ['succeeded', 'failed', 'cancelled', 'skipped', 'running'] as const;
const TITLES = ['Succeeded', 'Failed', 'Cancelled', 'Skipped', 'Running'];

/** The numbers of the rows. */
export function RanTable({ timeline: { rows, by } }: { readonly timeline: RunTimeline }) {
  return (
    <ScrolledTable label="What ran as a table" titles={[by === 'job' ? 'Job' : 'Node', ...TITLES]}>
      {rows.map(({ job, node, counts }) => (
        <Table.Tr key={job?.id ?? node}>
          <Table.Th scope="row" title={job?.id}>
            {job === null ? <NodeName id={node ?? ''} /> : <Plain>{job.name}</Plain>}
          </Table.Th>
          {COLUMNS.map((status) => (
            <Table.Td key={status}>{counts[status].toLocaleString('en')}</Table.Td>
          ))}
        </Table.Tr>
      ))}
    </ScrolledTable>
  );
}
