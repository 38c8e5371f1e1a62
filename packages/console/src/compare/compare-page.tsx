import type { Run } from '@greenvue/jobs/client';
import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import { useRun } from '../data/queries/queries.ts';
import { Page } from '../page/page.tsx';
import { isNotFound } from '../ui/feedback/not-found.ts';
import { Empty, NotLoaded } from '../ui/feedback/states.tsx';
import blocks from '../ui/layout/blocks.module.css';
import classes from './compare.module.css';
import { CompareFacts } from './compare-facts.tsx';
import { CompareLogs } from './compare-logs.tsx';
import { CompareDefinition, CompareErrors, ComparePayload, CompareResult } from './compare-parts.tsx';
import { RunChoice } from './run-choice.tsx';
import { useOtherRun } from './use-other-run.ts';

/**
 * Two runs side by side. Their ids are in the URL; without the first, it is the last success before the
 * second.
 */
export function ComparePage() {
  const [search] = useSearchParams();
  const b = search.get('b') ?? '';
  const right = useRun(b);
  if (isNotFound(right.error)) return <NoRun id={b} />;
  return (
    <ComparedPage>
      {right.data === undefined ? (
        <NotLoaded error={right.error} rows={10} onRetry={right.refetch} />
      ) : (
        <WithRight key={b} right={right.data} a={search.get('a') ?? undefined} />
      )}
    </ComparedPage>
  );
}

function ComparedPage({ children }: { readonly children: ReactNode }) {
  return (
    <Page title="Compare two runs" lead="Differences are marked.">
      {children}
    </Page>
  );
}

function NoRun({ id }: { readonly id: string }) {
  return (
    <ComparedPage>
      <Empty title="Choose two runs" action={<Link href="/runs">Runs</Link>}>
        {id === ''
          ? 'Choose two runs in a list of runs, or open a run and choose Compare.'
          : `The server has no run ${id}. It may have been removed because of its age.`}
      </Empty>
    </ComparedPage>
  );
}

function WithRight({ right, a }: { readonly right: Run; readonly a: string | undefined }) {
  const other = useOtherRun(right, a);
  if (isNotFound(other.error)) return <NoRun id={a ?? ''} />;
  if (other.data === undefined) return <NotLoaded error={other.error} rows={10} onRetry={other.refetch} />;
  if (other.data === null) return <Text>The job has no earlier run to compare with.</Text>;
  return <Compared left={other.data} right={right} />;
}

interface ComparedProps {
  readonly left: Run;
  readonly right: Run;
}

function Compared(runs: ComparedProps) {
  const { left, right } = runs;
  return (
    <div className={blocks.column}>
      <div className={classes.sides}>
        <RunChoice side="a" run={left} other={right} />
        <RunChoice side="b" run={right} other={left} />
      </div>
      <CompareFacts {...runs} />
      <CompareErrors {...runs} />
      <ComparePayload {...runs} />
      <CompareDefinition {...runs} />
      <CompareResult {...runs} />
      <CompareLogs {...runs} />
    </div>
  );
}
