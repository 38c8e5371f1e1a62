import type { Job, Run } from '@greenvue/jobs/client';
import { Text } from '@mantine/core';
import { useJobVersion } from '../data/queries/versions-query.ts';
import { sortedJson } from '../ui/definition/definition.ts';
import { DefinitionChanges } from '../ui/definition/definition-changes.tsx';
import { Diff } from '../ui/diff/diff.tsx';
import { isNotFound } from '../ui/feedback/not-found.ts';
import { NotLoaded } from '../ui/feedback/states.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Fold } from '../ui/layout/fold.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { JsonBlock } from '../ui/text/text-block.tsx';

interface RunPayloadProps {
  readonly run: Run;
  /** The run's job, if it still exists. */
  readonly job: Job | undefined;
}

/** What a run got, and how that differs from what its job has today. */
export function RunPayload({ run, job }: RunPayloadProps) {
  if (run.payload === null && !hasOtherVersion(run, job)) return null;
  return (
    <Panel title={run.payload_is_own ? 'Payload of this run alone' : 'Payload'}>
      <div className={blocks.column}>
        {run.payload === null ? null : <JsonBlock value={run.payload} label="the payload" />}
        {job === undefined ? null : <SinceThen run={run} job={job} />}
      </div>
    </Panel>
  );
}

function SinceThen({ run, job }: { readonly run: Run; readonly job: Job }) {
  const before = sortedJson(run.payload);
  const today = sortedJson(job.payload);
  const isOther = run.payload !== null && job.payload !== null && before !== today;
  return (
    <>
      {isOther ? (
        <section aria-label="Payload today" className={blocks.column}>
          <Text size="sm">
            {run.payload_is_own
              ? "It differs from the job's payload:"
              : "The job's payload was changed since:"}
          </Text>
          <Diff
            label="Changes of the payload"
            before={before}
            after={today}
            names={['this run', 'the job today']}
          />
        </section>
      ) : null}
      {run.job_version === null || !hasOtherVersion(run, job) ? null : (
        <Fold summary={`The job was edited since: version ${run.job_version} to ${job.version}`} isLarge>
          <Edits job={job} version={run.job_version} />
        </Fold>
      )}
    </>
  );
}

/** How the definition that the run ran with differs from the one of today. */
function Edits({ job, version }: { readonly job: Job; readonly version: number }) {
  const [then, now] = [useJobVersion(job, version), useJobVersion(job, job.version)];
  if (isNotFound(then.error)) {
    return <p className={blocks.quiet}>The server no longer keeps version {version} of the job.</p>;
  }
  if (then.data === undefined || now.data === undefined) {
    const retry = () => Promise.all([then.refetch(), now.refetch()]);
    return <NotLoaded error={then.error ?? now.error} rows={4} onRetry={retry} />;
  }
  return (
    <DefinitionChanges
      before={then.data.definition}
      after={now.data.definition}
      names={[`version ${version}, of this run`, 'today']}
    />
  );
}

function hasOtherVersion({ job_version: version }: Run, job: Job | undefined): boolean {
  return job !== undefined && version !== null && version !== job.version;
}
