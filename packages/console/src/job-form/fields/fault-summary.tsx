import { useEffect, useRef } from 'react';
import { WarningIcon } from '../../ui/icons.tsx';
import type { PlacedFault } from '../draft/faults.ts';
import { sentence } from '../labels/field-words.ts';
import { fieldId } from '../payload/pointer.ts';
import classes from './fields.module.css';

interface FaultSummaryProps {
  readonly faults: readonly PlacedFault[];
  readonly problem: string | undefined;
  /** Increases with each refusal, which moves the focus here. */
  readonly refusals: number;
  readonly labelOf: (pointer: string) => string;
  readonly onJump: (pointer: string) => void;
}

/** All errors that prevent saving a job, each with a link to its field. */
export function FaultSummary({ faults, problem, refusals, labelOf, onJump }: FaultSummaryProps) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (refusals === 0) return;
    box.current?.focus({ preventScroll: true });
    box.current?.scrollIntoView({ block: 'center' });
  }, [refusals]);
  if (faults.length === 0 && problem === undefined) return null;
  return (
    <section ref={box} className={classes.summary} tabIndex={-1} aria-label="Errors">
      <span className={classes.summaryIcon}>
        <WarningIcon size={20} />
      </span>
      <div>
        <h2 className={classes.summaryTitle}>{titleOf(faults.length, problem)}</h2>
        <ul className={classes.summaryList}>
          {faults.map(({ field, detail }) => (
            <li key={`${field} ${detail}`}>
              {field === undefined ? (
                sentence(detail)
              ) : (
                <FieldLink field={field} label={labelOf(field)} detail={detail} onJump={onJump} />
              )}
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function titleOf(count: number, problem: string | undefined): string {
  if (problem !== undefined) return problem;
  return count === 1 ? 'Fix 1 error before saving' : `Fix ${count} errors before saving`;
}

interface FieldLinkProps {
  readonly field: string;
  readonly label: string;
  readonly detail: string;
  readonly onJump: (pointer: string) => void;
}

function FieldLink({ field, label, detail, onJump }: FieldLinkProps) {
  return (
    <a
      href={`#${fieldId(field)}`}
      onClick={(event) => {
        event.preventDefault();
        onJump(field);
      }}
    >
      {label}: {detail}
    </a>
  );
}
