import type { Forecast } from '@greenvue/jobs/client';
import { Table } from '@mantine/core';
import { Instant } from '../../ui/instant/instant.tsx';
import { durationText } from '../../ui/schedule/duration.ts';
import { ScrolledTable } from '../../ui/table/scrolled-table.tsx';

interface ForecastTableProps {
  readonly label: string;
  readonly forecast: Forecast;
}

/** The numbers of a drawing, without the steps in which nothing begins. */
export function ForecastTable({ label, forecast }: ForecastTableProps) {
  const steps = forecast.steps.filter(({ runs, paused_runs: paused }) => runs + paused > 0);
  if (steps.length === 0) return <p>No run begins in this time.</p>;
  return (
    <ScrolledTable label={label} titles={['From', 'Runs', 'Usually take', 'Of paused jobs', 'Clash']}>
      {steps.map(({ at, runs, busy_ms: busyMs, paused_runs: paused, clash }) => (
        <Table.Tr key={at}>
          <Table.Td>
            <Instant at={at} />
          </Table.Td>
          <Table.Td>{runs.toLocaleString('en')}</Table.Td>
          <Table.Td>{busyMs === 0 ? '–' : durationText(busyMs)}</Table.Td>
          <Table.Td>{paused.toLocaleString('en')}</Table.Td>
          <Table.Td>{clash ? 'yes' : ''}</Table.Td>
        </Table.Tr>
      ))}
    </ScrolledTable>
  );
}
