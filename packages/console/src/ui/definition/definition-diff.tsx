import { TextDiff } from '../diff/text-diff.tsx';
import { inOrder } from './definition.ts';
import { yamlOf } from './definition-yaml.ts';

export interface DefinitionDiffProps {
  readonly before: object;
  readonly after: object;
  /** What the two are, such as "version 2" and "today". */
  readonly names: readonly [before: string, after: string];
}

/** How two definitions of a job differ, as YAML. Imports large libraries: use `DefinitionChanges`. */
export function DefinitionDiff({ before, after, names }: DefinitionDiffProps) {
  return (
    <TextDiff
      label={`Changes from ${names[0]} to ${names[1]}`}
      before={yamlOf(inOrder(before))}
      after={yamlOf(inOrder(after))}
      names={names}
    />
  );
}
