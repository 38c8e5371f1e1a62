import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './scrolled-table.module.css';

interface ScrolledTableProps {
  readonly label: string;
  readonly titles: readonly string[];
  /** The rows. */
  readonly children: ReactNode;
}

/** A table of many rows, such as the numbers of a chart. It scrolls by itself, under its titles. */
export function ScrolledTable({ label, titles, children }: ScrolledTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must scroll by keyboard, too
    <section className={classes.scroll} tabIndex={0} aria-label={label}>
      <Table className={classes.table} stickyHeader verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            {titles.map((title) => (
              <Table.Th key={title} scope="col">
                {title}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </section>
  );
}
