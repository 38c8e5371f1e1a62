import type { Secret } from '@greenvue/jobs/client';
import { Button, Group, Table, Text } from '@mantine/core';
import { Fragment, useState } from 'react';
import { Link } from 'wouter';
import { Actor } from '../data/actor.tsx';
import { Confirm } from '../ui/feedback/confirm.tsx';
import { useLast } from '../ui/feedback/use-last.ts';
import { Ago } from '../ui/instant/instant.tsx';
import { jobPath } from '../ui/paths.ts';
import { Plain } from '../ui/text/text.tsx';
import { useDeleteSecret } from './use-secrets.ts';

interface TableProps {
  readonly secrets: readonly Secret[];
  readonly onReplace: (name: string) => void;
}

/** The secrets, with who changed them and which jobs use them. */
export function SecretTable({ secrets, onReplace }: TableProps) {
  const [toDelete, setToDelete] = useState<string>();
  const shown = useLast(toDelete);
  const remove = useDeleteSecret();
  return (
    <>
      <Table.ScrollContainer minWidth={640}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Name</Table.Th>
              <Table.Th scope="col">Changed</Table.Th>
              <Table.Th scope="col">Used by</Table.Th>
              <Table.Th scope="col">Actions</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {secrets.map((secret) => (
              <SecretRow
                key={secret.name}
                secret={secret}
                onReplace={() => onReplace(secret.name)}
                onDelete={() => setToDelete(secret.name)}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Confirm
        opened={toDelete !== undefined}
        onClose={() => setToDelete(undefined)}
        onConfirm={() => {
          if (toDelete !== undefined) remove.mutate(toDelete, { onSettled: () => setToDelete(undefined) });
        }}
        title="Delete this secret?"
        confirmLabel="Delete secret"
        danger
        isBusy={remove.isPending}
      >
        The value of <Plain>{shown ?? ''}</Plain> is lost. A secret that jobs use can't be deleted.
      </Confirm>
    </>
  );
}

interface RowProps {
  readonly secret: Secret;
  readonly onReplace: () => void;
  readonly onDelete: () => void;
}

function SecretRow({ secret, onReplace, onDelete }: RowProps) {
  const { name, updated_at, updated_by, jobs } = secret;
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Plain>{name}</Plain>
      </Table.Th>
      <Table.Td>
        <Ago at={updated_at} />
        {updated_by === null ? null : (
          <Text size="xs" c="dimmed" component="div">
            by <Actor actor={updated_by} />
          </Text>
        )}
      </Table.Td>
      <Table.Td>{jobs.length === 0 ? 'No job' : <JobLinks ids={jobs} />}</Table.Td>
      <Table.Td>
        <Group gap="xs" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Replace the value of ${name}`}
            onClick={onReplace}
          >
            Replace
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            aria-label={`Delete ${name}`}
            disabled={jobs.length > 0}
            onClick={onDelete}
          >
            Delete
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

/** The jobs that a row shows. */
const SHOWN = 5;

function JobLinks({ ids }: { readonly ids: readonly string[] }) {
  return (
    <>
      {ids.slice(0, SHOWN).map((id, n) => (
        <Fragment key={id}>
          {n === 0 ? null : ', '}
          <Link href={jobPath(id)}>
            <Plain>{id}</Plain>
          </Link>
        </Fragment>
      ))}
      {ids.length > SHOWN ? ` and ${ids.length - SHOWN} more` : null}
    </>
  );
}
