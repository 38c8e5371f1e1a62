import { Table } from '@mantine/core';
import { clockText } from '../../ui/clock/time-text.ts';
import { useZone } from '../../ui/clock/zone.tsx';
import { durationText } from '../../ui/schedule/duration.ts';
import { ScrolledTable } from '../../ui/table/scrolled-table.tsx';
import { type MinutePiles, OUTCOMES } from './minutes.ts';

const TITLES = ['Minute', ...OUTCOMES, 'retried', 'late (p99)'];

/** The numbers of the charts, newest minute first. */
export function MinutesTable({ piles }: { readonly piles: MinutePiles }) {
  const { zone } = useZone();
  const newestFirst = piles.seconds.map((at, index) => ({ at, index })).toReversed();
  return (
    <ScrolledTable label="Runs per minute as a table" titles={TITLES}>
      {newestFirst.map(({ at, index }) => (
        <Table.Tr key={at}>
          <Table.Th scope="row">{clockText(at * 1_000, zone)}</Table.Th>
          {OUTCOMES.map((outcome) => (
            <Table.Td key={outcome}>{piles.counts[outcome][index]}</Table.Td>
          ))}
          <Table.Td>{piles.retried[index]}</Table.Td>
          <Table.Td>{latenessText(piles.latenessMs[index])}</Table.Td>
        </Table.Tr>
      ))}
    </ScrolledTable>
  );
}

function latenessText(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '–' : durationText(ms);
}
