import type { Job } from '@greenvue/jobs/client';
import { Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { Loading } from '../feedback/states.tsx';
import { Fold } from '../layout/fold.tsx';
import { TextBlock } from '../text/text-block.tsx';
import { fieldsOfJob } from './definition.ts';

const YamlText = lazy(async () => {
  const { definitionYaml } = await import('./definition-yaml.ts');
  return {
    default: ({ job }: { readonly job: Job }) => (
      <TextBlock label="the YAML">{definitionYaml(fieldsOfJob(job))}</TextBlock>
    ),
  };
});

/** A job as a file for the command line, collapsed. */
export function YamlFold({ job }: { readonly job: Job }) {
  return (
    <Fold summary="YAML" isLarge>
      <Text size="sm">
        The definition of this job as a file. <code>jobs apply -f FILE</code> of the command line creates it
        on another server, or changes it.
      </Text>
      <Suspense fallback={<Loading rows={6} />}>
        <YamlText job={job} />
      </Suspense>
    </Fold>
  );
}
