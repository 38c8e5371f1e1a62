import type { JobHistory } from '@greenvue/jobs/client';
import { Table } from '@mantine/core';
import { Instant } from '../ui/instant/instant.tsx';
import { durationText } from '../ui/schedule/duration.ts';
import { ScrolledTable } from '../ui/table/scrolled-table.tsx';

const TITLES = ['From', 'Succeeded', 'Failed', 'Cancelled', 'Skipped', 'p50', 'p95', 'Late (p95)'];

/** The numbers of the charts, newest step first, without the steps in which nothing ended. */
export function TrendTable({ history }: { readonly history: JobHistory }) {
  const steps = history.steps.filter(
    (step) => step.succeeded + step.failed + step.cancelled + step.skipped > 0,
  );
  if (steps.length === 0) return <p>No run ended in this time.</p>;
  return (
    <ScrolledTable label="Runs over time as a table" titles={TITLES}>
      {steps.toReversed().map((step) => (
        <Table.Tr key={step.from}>
          <Table.Td>
            <Instant at={step.from} />
          </Table.Td>
          <Table.Td>{step.succeeded}</Table.Td>
          <Table.Td>{step.failed}</Table.Td>
          <Table.Td>{step.cancelled}</Table.Td>
          <Table.Td>{step.skipped}</Table.Td>
          <Table.Td>{msText(step.duration_ms?.p50)}</Table.Td>
          <Table.Td>{msText(step.duration_ms?.p95)}</Table.Td>
          <Table.Td>{msText(step.lateness_ms?.p95)}</Table.Td>
        </Table.Tr>
      ))}
    </ScrolledTable>
  );
}

function msText(ms: number | undefined): string {
  return ms === undefined ? '–' : durationText(ms);
}
