import type { JobType } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { useJobTypeCounts } from '../data/queries/queries.ts';
import { payloadField } from '../job-form/payload/payload-fields.ts';
import { Page } from '../page/page.tsx';
import { useMay } from '../session/session.tsx';
import { TrendsPanel } from '../trends/trends-panel.tsx';
import { NotLoaded } from '../ui/feedback/states.tsx';
import { Help } from '../ui/help/help.tsx';
import { PlusIcon } from '../ui/icons.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Fact, Facts } from '../ui/layout/facts.tsx';
import { Fold } from '../ui/layout/fold.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { useIdInPath } from '../ui/paths.ts';
import { JsonBlock } from '../ui/text/text-block.tsx';
import { limitsText, waitingText } from './limits-text.ts';
import { payloadRows } from './payload-rows.ts';
import { PayloadTable } from './payload-table.tsx';

/** One job type: its defaults, its payload, and how its runs went. */
export function JobTypePage() {
  const name = useIdInPath();
  const { admin } = useMay();
  const { data: types, error, refetch } = useJobTypeCounts();
  const type = types?.find((known) => known.type === name);
  const query = `type=${encodeURIComponent(name)}`;
  return (
    <Page
      title={name}
      back={<Link href="/job-types">Job types</Link>}
      lead={type?.description}
      actions={
        <>
          <Button component={Link} href={`/jobs?${query}`} variant="default">
            Its jobs
          </Button>
          <Button component={Link} href={`/runs?${query}`} variant="default">
            Its runs
          </Button>
          {admin && type !== undefined ? (
            <Button component={Link} href={`/jobs/new?${query}`} leftSection={<PlusIcon />}>
              New job of this type
            </Button>
          ) : null}
        </>
      }
    >
      {types === undefined ? <NotLoaded error={error} rows={8} onRetry={refetch} /> : null}
      {types !== undefined && type === undefined ? (
        <p className={blocks.quiet}>
          This server does not have this job type. A server with another version may have it.
        </p>
      ) : null}
      {type === undefined ? null : <TypeParts type={type} />}
    </Page>
  );
}

function TypeParts({ type }: { readonly type: JobType }) {
  return (
    <>
      <TrendsPanel of={{ type: type.type }} />
      <Defaults type={type} />
      <Payload type={type} />
    </>
  );
}

function Defaults({ type }: { readonly type: JobType }) {
  const { timeout, max_attempts: attempts, backoff, pause_after: budget } = type;
  // An older server does not send limits.
  const waiting = type.limits == null ? undefined : waitingText(type.limits);
  return (
    <Panel title="Defaults of its jobs">
      <Facts>
        <Fact name="Timeout" help={<Help word="timeout" />}>
          {timeout}
        </Fact>
        <Fact name="Attempts" help={<Help word="attempt" />}>
          {attempts}
        </Fact>
        <Fact name="Backoff" help={<Help word="backoff" />}>
          {`${backoff.initial}, ×${backoff.factor}, at most ${backoff.max}`}
        </Fact>
        <Fact name="Failure budget" help={<Help word="failure budget" />}>
          {budget === 'none' ? 'none' : `${budget.failures} of the last ${budget.of_last} runs`}
        </Fact>
        {type.limits == null ? null : <Fact name="Limits, across all nodes">{limitsText(type.limits)}</Fact>}
        {waiting === undefined ? null : <Fact name="Waiting for limits">{waiting}</Fact>}
        <Fact name="Runs in">
          {type.isolation === 'thread' ? 'a thread of its own' : "the server's event loop"}
        </Fact>
        <Fact name="Version">{type.version}</Fact>
      </Facts>
    </Panel>
  );
}

function Payload({ type }: { readonly type: JobType }) {
  const rows = payloadRows(payloadField(type.payload_schema));
  const maySet = type.operators_may_set;
  return (
    <Panel title="Payload">
      {rows.length === 0 ? (
        <p className={blocks.quiet}>Its schema lists no fields.</p>
      ) : (
        <PayloadTable rows={rows} />
      )}
      <p className={blocks.quiet}>
        {maySet.length === 0
          ? 'Only admins can run its jobs with another payload.'
          : `Operators may change these fields for one run: ${maySet.join(', ')}.`}
      </p>
      <Fold summary="JSON Schema">
        <JsonBlock value={type.payload_schema} label="the JSON Schema" />
      </Fold>
    </Panel>
  );
}
