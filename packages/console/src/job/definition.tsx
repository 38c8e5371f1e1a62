import type { Job } from '@greenvue/jobs/client';
import { lazy, Suspense } from 'react';
import { YamlFold } from '../ui/definition/yaml-fold.tsx';
import { Loading } from '../ui/feedback/states.tsx';
import { Help } from '../ui/help/help.tsx';
import blocks from '../ui/layout/blocks.module.css';
import { Fold } from '../ui/layout/fold.tsx';
import { Panel } from '../ui/layout/panel.tsx';
import { JsonBlock } from '../ui/text/text-block.tsx';
import classes from './job.module.css';
import { policiesOf } from './policy-words.ts';
import { watchingOf } from './watch-words.ts';

const VersionList = lazy(async () => ({
  default: (await import('./versions/version-list.tsx')).VersionList,
}));

/** A job's settings: its payload, its policies and how it is watched, in words. */
export function Definition({ job }: { readonly job: Job }) {
  return (
    <Panel title="Definition">
      <dl className={classes.policies}>
        {[...policiesOf(job), ...watchingOf(job)].map(({ name, value, meaning, help }) => (
          <div key={name} className={classes.policy}>
            <dt>
              {name}: <code>{value}</code>
              {help === undefined ? null : <Help word={help} />}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <Fold summary="Payload" isOpen>
        {job.payload === null ? (
          <p className={blocks.quiet}>None: each run brings its own payload.</p>
        ) : Object.keys(job.payload).length === 0 ? (
          <p className={blocks.quiet}>The payload is empty: the job type needs none.</p>
        ) : (
          <JsonBlock value={job.payload} label="the payload" />
        )}
      </Fold>
      <YamlFold job={job} />
      {job.version === 1 ? null : (
        <Fold summary="Earlier versions" isLarge>
          <Suspense fallback={<Loading rows={3} />}>
            <VersionList job={job} />
          </Suspense>
        </Fold>
      )}
    </Panel>
  );
}
