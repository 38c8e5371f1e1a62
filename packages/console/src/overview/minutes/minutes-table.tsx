import { Table } from '@mantine/core';
import { clockText } from '../../ui/clock/time-text.ts';
import { useZone } from '../../ui/clock/zone.tsx';
import { durationText } from '../../ui/schedule/duration.ts';
import classes from './minutes.module.css';
import { type MinutePiles, OUTCOMES } from './minutes.ts';

/** The numbers of the charts, newest minute first. */
export function MinutesTable({ piles }: { readonly piles: MinutePiles }) {
  const { zone } = useZone();
  const newestFirst = piles.seconds.map((at, index) => ({ at, index })).toReversed();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too
    <section className={classes.scroll} tabIndex={0} aria-label="Runs per minute as a table">
      <Table stickyHeader verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Minute</Table.Th>
            {OUTCOMES.map((outcome) => (
              <Table.Th key={outcome} scope="col" className={classes.number}>
                {outcome}
              </Table.Th>
            ))}
            <Table.Th scope="col" className={classes.number}>
              retried
            </Table.Th>
            <Table.Th scope="col" className={classes.number}>
              late (p99)
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {newestFirst.map(({ at, index }) => (
            <Table.Tr key={at}>
              <Table.Th scope="row" fw={400}>
                {clockText(at * 1_000, zone)}
              </Table.Th>
              {OUTCOMES.map((outcome) => (
                <Table.Td key={outcome} className={classes.number}>
                  {piles.counts[outcome][index]}
                </Table.Td>
              ))}
              <Table.Td className={classes.number}>{piles.retried[index]}</Table.Td>
              <Table.Td className={classes.number}>{latenessText(piles.latenessMs[index])}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function latenessText(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? '–' : durationText(ms);
}
