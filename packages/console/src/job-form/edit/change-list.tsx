import { ChevronIcon } from '../../ui/icons.tsx';
import { Plain, Spoken } from '../../ui/text/text.tsx';
import classes from './change-list.module.css';
import type { Change, Difference } from './changes.ts';

/** The changes of an edit, field by field: before and after. */
export function ChangeList({ changes }: { readonly changes: readonly Change[] }) {
  return (
    <dl className={classes.changes}>
      {changes.map(({ pointer, label, before, after }) => (
        <div key={pointer} className={classes.change}>
          <dt>
            <Plain>{label}</Plain>
          </dt>
          <dd>
            <del className={classes.before}>
              <Spoken>was </Spoken>
              <Shown text={before} />
            </del>
            <span className={classes.arrow}>
              <ChevronIcon size={14} />
            </span>
            <ins className={classes.after}>
              <Spoken>becomes </Spoken>
              <Shown text={after} />
            </ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Two versions of a job, side by side. */
export function DifferenceList({ differences }: { readonly differences: readonly Difference[] }) {
  return (
    <dl className={classes.changes}>
      {differences.map(({ pointer, label, base, theirs, mine, changedBy }) => (
        <div key={pointer} className={classes.change}>
          <dt>
            <Plain>{label}</Plain>
            <span className={classes.changedBy}>{CHANGED_BY[changedBy]}</span>
          </dt>
          <dd className={classes.versions}>
            <Version name="When you opened it" text={base} />
            <Version name="Their version (saved)" text={theirs} isUntouched={changedBy === 'mine'} />
            <Version name="Your version" text={mine} isUntouched={changedBy === 'theirs'} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

const CHANGED_BY = {
  mine: 'changed by you',
  theirs: 'changed by them',
  both: 'changed by both',
} as const;

interface VersionProps {
  readonly name: string;
  readonly text: string | undefined;
  readonly isUntouched?: boolean;
}

function Version({ name, text, isUntouched = false }: VersionProps) {
  return (
    <div>
      <span className={classes.versionName}>{name}</span>
      {isUntouched ? <span className={classes.nothing}>unchanged</span> : <Shown text={text} />}
    </div>
  );
}

function Shown({ text }: { readonly text: string | undefined }) {
  if (text === undefined) return <span className={classes.nothing}>not set</span>;
  if (text === '') return <span className={classes.nothing}>empty</span>;
  return (
    <span className={classes.shown}>
      <Plain>{text}</Plain>
    </span>
  );
}
