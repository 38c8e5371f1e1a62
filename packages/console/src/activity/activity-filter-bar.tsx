import type { JobAuditRecord } from '@greenvue/jobs/client';
import { Button, NativeSelect } from '@mantine/core';
import { useActorName } from '../data/actor.tsx';
import { ENGINE_ACTOR, PROGRAM_ACTOR } from '../data/job-mark.ts';
import classes from '../runs/filter/filter-bar.module.css';
import { TextFilter } from '../runs/filter/text-filter.tsx';
import { TimeFilter } from '../runs/filter/time-filter.tsx';
import { useViewer } from '../session/session.tsx';
import { capital } from '../ui/text/capital.ts';
import { type ActivityFilterChange, type ActivityFilters, writeActivityFilters } from './activity-filters.ts';
import { actionChoices } from './entries/audit-sentence.ts';

interface ActivityFilterBarProps {
  readonly filters: ActivityFilters;
  /** The changes on the screen: the people to choose from. */
  readonly records: readonly JobAuditRecord[];
  readonly onChange: (change: ActivityFilterChange) => void;
  readonly onClear: () => void;
}

/** Filters the list of changes by who, what, job and time. */
export function ActivityFilterBar({ filters, records, onChange, onClear }: ActivityFilterBarProps) {
  const { actor, action, job_id: jobId } = filters;
  return (
    <search className={classes.bar} aria-label="Activity">
      <div className={classes.choices}>
        <NativeSelect
          aria-label="Who"
          value={actor ?? ''}
          onChange={({ currentTarget: { value } }) => onChange({ actor: value === '' ? undefined : value })}
        >
          <option value="">Anybody</option>
          <ActorOptions records={records} chosen={actor} />
        </NativeSelect>
        <NativeSelect
          aria-label="What"
          data={[{ value: '', label: 'Any change' }, ...actionChoices(action)]}
          value={action ?? ''}
          onChange={({ currentTarget: { value } }) => onChange({ action: value === '' ? undefined : value })}
        />
        <TextFilter label="Job id" value={jobId ?? ''} onChange={(value) => onChange({ job_id: value })} />
        <TimeFilter label="Time" filters={filters} onChange={onChange} />
        {writeActivityFilters(filters) === '' ? null : (
          <Button variant="subtle" onClick={onClear}>
            Clear filters
          </Button>
        )}
      </div>
    </search>
  );
}

interface ActorOptionsProps extends Pick<ActivityFilterBarProps, 'records'> {
  readonly chosen: string | undefined;
}

/** The viewer, the engine, programs, and everybody in the list. */
function ActorOptions({ records, chosen }: ActorOptionsProps) {
  const { actor: me } = useViewer();
  const known = [me, 'engine', PROGRAM_ACTOR, ...records.map(({ actor }) => actor).sort(), chosen];
  const actors = [...new Set(known)].filter((actor) => actor !== undefined && actor !== ENGINE_ACTOR);
  return actors.map((actor) => <ActorOption key={actor} actor={actor} />);
}

function ActorOption({ actor = '' }: { readonly actor: string | undefined }) {
  return <option value={actor}>{capital(useActorName(actor))}</option>;
}
