import { type BackfillPlan, backfillJob } from '@greenvue/jobs/client';
import { CliError, usageError } from '../exit-code.ts';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand, type Session } from '../rest/rest-command.ts';
import { onceOnly } from '../rest/rest-fault.ts';
import { printJson } from '../terminal/print.ts';
import { printable } from '../terminal/printable.ts';
import { counted, instantText } from '../terminal/words.ts';

export interface BackfillJobFlags extends ApiFlags {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly again: boolean | undefined;
  readonly dryRun: boolean | undefined;
  readonly yes: boolean | undefined;
}

/** `jobs backfill`: says which slots it would run and asks, unless --yes is given. */
export const backfillJobCommand = restCommand(async (session, flags: BackfillJobFlags, id: string) => {
  const { api, ask, err, out, program } = session;
  const { from, again, dryRun, yes, json } = flags;
  if (from === undefined) throw usageError('Give the first time, such as --from 2026-01-31T00:00:00Z.');
  // The window of the dry run, so that the answer is still true afterwards.
  const window = { from, to: flags.to, only_missing: again !== true };
  const plan = await backfillJob(api, id, { ...window, dry_run: true });
  if (dryRun && json) return printJson(out, plan);
  for (const line of planLines(plan)) (json ? err : out).line(line);
  if (dryRun || plan.slots === 0) return;
  if (!yes) {
    if (ask === undefined) {
      throw usageError(
        `${program.name} can ask for confirmation only on a terminal. Add --yes to run these slots.`,
      );
    }
    if (!(await ask(`Run ${counted(plan.slots, 'slot')}?`))) throw new CliError('Nothing was started.');
  }
  const started = await onceOnly(
    backfillJob(api, id, { ...window, from: plan.from, to: plan.to }),
    `${program.name} backfills list --job ${printable(id)}`,
  );
  if (json) return printJson(out, started);
  printStarted(session, started);
});

function printStarted({ out, program }: Session, { id, slots }: BackfillPlan): void {
  if (id === null) return out.line('No slot is missing any more, so no backfill was started.');
  out.line(
    `Backfill ${printable(id)} runs ${counted(slots, 'slot')}. To see its progress, run ${program.name} backfills show ${printable(id)}.`,
  );
}

function planLines(plan: BackfillPlan): readonly string[] {
  const { slots, first, left_out: leftOut, from, to, history_from: historyFrom } = plan;
  const window = `from ${instantText(from)} to ${instantText(to)}`;
  const reasons = [
    [leftOut.succeeded, 'succeeded'],
    [leftOut.live, 'run now'],
    [leftOut.waiting, 'wait in another backfill'],
    // An older server does not send it.
    [leftOut.blackout ?? 0, 'skipped by the calendar'],
  ] as const;
  const without = reasons.filter(([count]) => count > 0).map(([count, why]) => `${count} ${why}`);
  const isPartial = historyFrom !== null && first[0] !== undefined && first[0] < historyFrom;
  return [
    slots === 0
      ? `No slot is missing ${window}.`
      : `${counted(slots, 'slot')} ${window}, oldest first: ${first.slice(0, 3).map(instantText).join(', ')}${slots > 3 ? ', …' : '.'}`,
    ...(without.length === 0 ? [] : [`Left out: ${without.join(', ')}.`]),
    ...(isPartial
      ? [
          `The oldest kept run of this job is from ${instantText(historyFrom)}. Slots before it count as missing, even if they ran. If they must not run twice, choose a later --from.`,
        ]
      : []),
  ];
}
