import type { Run } from '@greenvue/jobs/client';
import { useJob } from '../data/queries/queries.ts';
import { useJobVersion } from '../data/queries/versions-query.ts';
import { sortedJson } from '../ui/definition/definition.ts';
import { DefinitionChanges } from '../ui/definition/definition-changes.tsx';
import { Diff } from '../ui/diff/diff.tsx';
import { isNotFound } from '../ui/feedback/not-found.ts';
import { NotLoaded } from '../ui/feedback/states.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Panel } from '../ui/layout/panel.tsx';
import { errorLine, stacksText } from '../ui/status/run-words.ts';
import { JsonBlock, TextBlock } from '../ui/text/text-block.tsx';
import classes from './compare.module.css';

interface PartProps {
  readonly left: Run;
  readonly right: Run;
}

const NAMES = ['first run', 'second run'] as const;

/** How the payloads differ. */
export function ComparePayload({ left, right }: PartProps) {
  return <CompareValues title="Payload" left={left.payload} right={right.payload} />;
}

/** How the results differ. Nothing if no run has one. */
export function CompareResult({ left, right }: PartProps) {
  if ((left.result ?? null) === null && (right.result ?? null) === null) return null;
  if ((left.result ?? null) === null) return <OnlyResult of={right} none={NAMES[0]} />;
  if ((right.result ?? null) === null) return <OnlyResult of={left} none={NAMES[1]} />;
  return <CompareValues title="Result" left={left.result} right={right.result} />;
}

/** The result of one run, where the other has none. */
function OnlyResult({ of, none }: { readonly of: Run; readonly none: string }) {
  return (
    <Panel title="Result">
      <p className={blocks.quiet}>The {none} has no result. The result of the other run:</p>
      <JsonBlock value={of.result} label="the result" />
    </Panel>
  );
}

interface ValuesProps {
  readonly title: 'Payload' | 'Result';
  readonly left: unknown;
  readonly right: unknown;
}

function CompareValues({ title, left, right }: ValuesProps) {
  const [before, after] = [sortedJson(left ?? null), sortedJson(right ?? null)];
  const what = title.toLowerCase();
  return (
    <Panel title={title}>
      {before === after ? (
        <p className={blocks.quiet}>Both runs have the same {what}.</p>
      ) : (
        <Diff label={`Difference of the ${what}`} before={before} after={after} names={NAMES} />
      )}
    </Panel>
  );
}

/** The last error of each run. Nothing if no run has one. */
export function CompareErrors({ left, right }: PartProps) {
  if (left.errors.length === 0 && right.errors.length === 0) return null;
  const isSame = left.fingerprint !== null && left.fingerprint === right.fingerprint;
  return (
    <Panel title="Error">
      {isSame ? <p className={blocks.quiet}>Both runs failed in the same way.</p> : null}
      <div className={classes.sides}>
        <ErrorOf run={left} name={NAMES[0]} />
        <ErrorOf run={right} name={NAMES[1]} />
      </div>
    </Panel>
  );
}

function ErrorOf({ run, name }: { readonly run: Run; readonly name: string }) {
  const error = run.errors.at(-1);
  if (error === undefined) return <p className={blocks.quiet}>The {name} has no error.</p>;
  const { stack, causes } = error;
  return (
    <TextBlock label={`the error of the ${name}`}>
      {stack === null ? errorLine(error) : stacksText({ stack, causes })}
    </TextBlock>
  );
}

/**
 * How the definitions differ that the runs ran with. Nothing if it is the same one, or if it is not known.
 */
export function CompareDefinition({ left, right }: PartProps) {
  const [a, b] = [left.job_version, right.job_version];
  const job = useJob(right.job_id);
  const isOfJob = job.data?.uid === right.job_uid && left.job_uid === right.job_uid;
  if (a === null || b === null || a === b || !isOfJob) return null;
  return (
    <Panel title={`Definition: version ${a} to ${b}`}>
      <Versions job={{ id: right.job_id, uid: right.job_uid }} versions={[a, b]} />
    </Panel>
  );
}

interface VersionsProps {
  readonly job: { readonly id: string; readonly uid: string };
  readonly versions: readonly [number, number];
}

function Versions({ job, versions: [a, b] }: VersionsProps) {
  const [before, after] = [useJobVersion(job, a), useJobVersion(job, b)];
  if (isNotFound(before.error) || isNotFound(after.error))
    return <p className={blocks.quiet}>The server no longer keeps one of these versions.</p>;
  if (before.data === undefined || after.data === undefined) {
    const retry = () => Promise.all([before.refetch(), after.refetch()]);
    return <NotLoaded error={before.error ?? after.error} rows={4} onRetry={retry} />;
  }
  return (
    <DefinitionChanges
      before={before.data.definition}
      after={after.data.definition}
      names={[`version ${a}`, `version ${b}`]}
    />
  );
}
