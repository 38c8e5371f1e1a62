import type { Job, JobVersion } from '@greenvue/jobs/client';
import { Button } from '@mantine/core';
import { useState } from 'react';
import { Actor } from '../../data/actor.tsx';
import { whyNoEdit } from '../../data/declaration-words.ts';
import { useJobVersions } from '../../data/queries/versions-query.ts';
import { useMay } from '../../session/session.tsx';
import { DefinitionChanges } from '../../ui/definition/definition-changes.tsx';
import { NotLoaded } from '../../ui/feedback/states.tsx';
import { Instant } from '../../ui/instant/instant.tsx';
import blocks from '../../ui/layout/blocks.module.css';
import { Fold } from '../../ui/layout/fold.tsx';
import { RestoreDialog } from './restore-dialog.tsx';

/** The definitions that a job had, each with its difference to the one of today. */
export function VersionList({ job }: { readonly job: Job }) {
  const query = useJobVersions(job.id);
  const versions = query.data?.pages.flatMap(({ data }) => data);
  if (versions === undefined) return <NotLoaded error={query.error} rows={3} onRetry={query.refetch} />;
  const [current] = versions;
  if (current === undefined) return null;
  return (
    <div className={blocks.column}>
      {versions.slice(1).map((version, index) => (
        <Earlier
          key={version.version}
          job={job}
          version={version}
          // Who replaced a version made the next one.
          maker={versions[index + 2]?.replaced_by}
          current={current}
        />
      ))}
      {query.hasNextPage ? (
        <Button
          variant="default"
          size="xs"
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Earlier versions
        </Button>
      ) : null}
    </div>
  );
}

interface EarlierProps {
  readonly job: Job;
  readonly version: JobVersion;
  readonly maker: string | null | undefined;
  readonly current: JobVersion;
}

function Earlier({ job, version, maker, current }: EarlierProps) {
  const { admin } = useMay();
  // The job as it was compared: another edit since then prevents the restoration.
  const [asked, setAsked] = useState<Job>();
  const { version: number, made_at: madeAt, replaced_at: replacedAt, replaced_by: replacedBy } = version;
  const name = `version ${number}`;
  return (
    <Fold
      isLarge
      summary={
        <>
          Version {number}
          <span className={blocks.quiet}>
            : made <Instant at={madeAt} />
            {maker == null ? null : (
              <>
                {' '}
                by <Actor actor={maker} />
              </>
            )}
            , replaced <Instant at={replacedAt} />
            {replacedBy === null ? null : (
              <>
                {' '}
                by <Actor actor={replacedBy} />
              </>
            )}
          </span>
        </>
      }
    >
      <DefinitionChanges before={current.definition} after={version.definition} names={['today', name]} />
      {admin && whyNoEdit(job) === undefined ? (
        <div>
          <Button size="xs" variant="default" onClick={() => setAsked(job)}>
            Restore this version
          </Button>
        </div>
      ) : null}
      <RestoreDialog job={asked} version={version} onClose={() => setAsked(undefined)} />
    </Fold>
  );
}
