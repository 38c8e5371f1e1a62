import type { JobType } from '@greenvue/jobs/client';
import { Table } from '@mantine/core';
import { useInViewport } from '@mantine/hooks';
import { Link } from 'wouter';
import { useJobHistory } from '../data/queries/history-query.ts';
import { useJobTypes } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { rateText } from '../trends/trends-panel.tsx';
import { NotLoaded } from '../ui/feedback/states.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { jobTypePath } from '../ui/paths.ts';
import type { Range } from '../ui/range/range.ts';
import { durationText } from '../ui/schedule/duration.ts';
import { Plain } from '../ui/text/text.tsx';

/** The job types of the server, with how their runs went. */
export function JobTypesPage() {
  const { data: types, error, refetch } = useJobTypes();
  return (
    <Page title="Job types" lead="The types that a job can have. Each one is code of this server.">
      <Panel title="Types">
        {types === undefined ? (
          <NotLoaded error={error} rows={4} onRetry={refetch} />
        ) : (
          <TypeTable types={types} />
        )}
      </Panel>
    </Page>
  );
}

function TypeTable({ types }: { readonly types: readonly JobType[] }) {
  return (
    <Table.ScrollContainer minWidth={640}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col" w={220}>
              Type
            </Table.Th>
            <Table.Th scope="col">What it does</Table.Th>
            <Table.Th scope="col">Success rate, last 24 h</Table.Th>
            <Table.Th scope="col">Duration, p50 and p95</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {types.map((type) => (
            <TypeRow key={type.type} type={type} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const LAST_DAY: Range = { kind: 'last', name: '24h' };

function TypeRow({ type: { type, description } }: { readonly type: JobType }) {
  // A server may have hundreds of types: only those in sight are asked for.
  const { ref, inViewport } = useInViewport();
  const { data: history } = useJobHistory({ type }, LAST_DAY, inViewport);
  return (
    <Table.Tr ref={ref}>
      <Table.Th scope="row">
        <Link href={jobTypePath(type)}>
          <Plain>{type}</Plain>
        </Link>
      </Table.Th>
      <Table.Td>
        <Plain>{description}</Plain>
      </Table.Td>
      <Table.Td>{history === undefined ? '' : rateWords(history.total)}</Table.Td>
      <Table.Td>{history === undefined ? '' : durationWords(history.total.duration_ms)}</Table.Td>
    </Table.Tr>
  );
}

function rateWords(total: {
  readonly success_rate: number | null;
  readonly succeeded: number;
  readonly failed: number;
}): string {
  const { success_rate: rate, succeeded, failed } = total;
  if (rate === null) return 'no runs';
  return `${rateText(rate)} of ${(succeeded + failed).toLocaleString('en')} runs`;
}

function durationWords(ms: { readonly p50: number; readonly p95: number } | null): string {
  return ms === null ? '–' : `${durationText(ms.p50)}, ${durationText(ms.p95)}`;
}
