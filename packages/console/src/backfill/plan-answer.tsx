import type { BackfillPlan } from '@greenvue/jobs/client';
import { Alert, Text } from '@mantine/core';
import { CheckIcon } from '../ui/icons.tsx';
import { Instant, Slot } from '../ui/instant/instant.tsx';
import classes from './backfill.module.css';
import { leftOutText, slotCount } from './backfill-words.ts';

/** How many of the slots are listed. */
const SHOWN = 5;

/** The answer of a dry run: which slots would run, or that nothing is missing. */
export function PlanAnswer({ plan }: { readonly plan: BackfillPlan }) {
  const { slots, first, from, to } = plan;
  const others = leftOutText(plan);
  return (
    <section aria-label="Missing slots" aria-live="polite" className={classes.answer}>
      {slots === 0 ? (
        <NothingToRun plan={plan} />
      ) : (
        <>
          <Text fw={600}>
            {slotCount(slots)} {plan.only_missing ? (slots === 1 ? 'is missing' : 'are missing') : 'in all'}{' '}
            from <Instant at={from} /> to <Instant at={to} />
          </Text>
          <ol className={classes.slots} aria-label="First slots">
            {first.slice(0, SHOWN).map((at) => (
              <li key={at}>
                <Slot at={at} />
              </li>
            ))}
          </ol>
          {slots > SHOWN ? <Text size="sm">and {(slots - SHOWN).toLocaleString('en')} more</Text> : null}
        </>
      )}
      {others === '' ? null : (
        <Text size="sm" c="dimmed">
          {others}
        </Text>
      )}
      <KeptHistory plan={plan} />
    </section>
  );
}

function NothingToRun({ plan: { from, to, left_out: leftOut } }: { readonly plan: BackfillPlan }) {
  const unfinished = leftOut.live + leftOut.waiting;
  const window = (
    <>
      from <Instant at={from} /> to <Instant at={to} />
    </>
  );
  if (leftOut.succeeded + unfinished + leftOut.blackout === 0)
    return <Text fw={600}>The schedule has no slot {window}.</Text>;
  if (unfinished > 0) {
    return (
      <Text fw={600}>
        No other slot is missing {window}, but {slotCount(unfinished)} {unfinished === 1 ? 'has' : 'have'} not
        succeeded yet.
      </Text>
    );
  }
  return (
    <Text fw={600} className={classes.nothing}>
      <CheckIcon /> <span>Nothing is missing {window}.</span>
    </Text>
  );
}

/** A slot before the oldest kept run counts as missing, even if it ran. */
function KeptHistory({ plan: { slots, first, history_from: kept } }: { readonly plan: BackfillPlan }) {
  if (slots === 0 || kept === null || first[0] === undefined || first[0] >= kept) return null;
  return (
    <Alert color="yellow" variant="light">
      The oldest kept run of this job is from <Instant at={kept} />. Slots before it count as missing, even if
      they ran. If they must not run twice, choose a later first time.
    </Alert>
  );
}
