import type { Run } from '@greenvue/jobs/client';
import { Table } from '@mantine/core';
import { NodeName } from '../data/node-name.tsx';
import { Instant } from '../ui/instant/instant.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { Plain, Spoken } from '../ui/text/text.tsx';
import classes from './compare.module.css';
import { type ComparedFact, factsOf } from './facts-of.ts';

/** The facts of two runs in a table; the rows that differ are marked. */
export function CompareFacts({ left, right }: { readonly left: Run; readonly right: Run }) {
  return (
    <Panel title="Facts">
      <Table className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">What</Table.Th>
            <Table.Th scope="col">First run</Table.Th>
            <Table.Th scope="col">Second run</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {factsOf(left, right).map((fact) => (
            <Row key={fact.name} fact={fact} />
          ))}
        </Table.Tbody>
      </Table>
    </Panel>
  );
}

function Row({ fact }: { readonly fact: ComparedFact }) {
  return (
    <Table.Tr data-differs={fact.isOther || undefined}>
      <Table.Th scope="row">
        {fact.name}
        {fact.isOther ? <Spoken> differs</Spoken> : null}
      </Table.Th>
      {fact.values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the first and the second run
        <Table.Td key={index}>
          <Value fact={fact} value={value} />
        </Table.Td>
      ))}
    </Table.Tr>
  );
}

function Value({ fact, value }: { readonly fact: ComparedFact; readonly value: string | null }) {
  if (fact.isTime === true) return <Instant at={value} />;
  if (fact.isNode === true && value !== null) return <NodeName id={value} />;
  return <Plain>{value ?? '–'}</Plain>;
}
