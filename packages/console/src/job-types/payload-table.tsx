import { Table } from '@mantine/core';
import { Plain } from '../ui/text/text.tsx';
import type { PayloadRow } from './payload-rows.ts';

/** The fields of a payload, as they are written in JSON. */
export function PayloadTable({ rows }: { readonly rows: readonly PayloadRow[] }) {
  return (
    <Table.ScrollContainer minWidth={560}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">Field</Table.Th>
            <Table.Th scope="col">Value</Table.Th>
            <Table.Th scope="col">Default</Table.Th>
            <Table.Th scope="col">Meaning</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ name, kind, isRequired, fallback, about }) => (
            <Table.Tr key={name}>
              <Table.Th scope="row">
                <code>{name}</code>
              </Table.Th>
              <Table.Td>{kind}</Table.Td>
              <Table.Td>
                {fallback === undefined ? isRequired ? 'required' : 'none' : <code>{fallback}</code>}
              </Table.Td>
              <Table.Td>
                <Plain>{about ?? ''}</Plain>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
