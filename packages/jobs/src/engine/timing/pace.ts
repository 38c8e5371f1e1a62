/**
 * The tuned constants of the engine's pace, each with its unit, its reason and the figure that set it.
 * "Decision 17" is a page of `docs/decisions`. `LOOK_AHEAD_MS` (200) is in `core/rules/slots.ts`: stores need
 * it, too.
 *
 *   now             +100 ms            +140 ms            +200 ms
 *    |------------------|------------------|------------------|
 *    A plan claims runs up to +200 ms. The next plan starts when what is left is 100 ms away, or 140 ms away
 *    (EARLY_SHARE) while more is due than one plan takes.
 */

// Passes: settle, plan, claim (decision 9)

/** Shortest pause between two passes (ms): runs that become due close together share a transaction. */
export const MIN_PASS_GAP_MS = 2;
/** Settlements and claims that make a pass full: the next one starts at once. One sync serves 100 runs. */
export const FULL_PASS = 100;
/** Wait before the engine asks a store that failed, or did not answer, again (ms). Not tuned. */
export const AFTER_FAILURE_MS = 1_000;
/** Longest sleep of a timer (ms): a jump of the clock is noticed this soon (P17, clock). */
export const LONGEST_SLEEP_MS = 30_000;
/** How long the engine relies on known due times (ms). It limits the effect of a notice that was lost. */
export const DUE_TIMES_VALID_MS = 60_000;

// Planning: which jobs are due (decisions 17 and 28)

/** Jobs in one plan. With 1,000, p99 of 100,000 jobs every 10 s was 170 to 246 ms; with 500, 17 ms. */
export const PLAN_BATCH = 500;
/**
 * Shortest time between two plans that look for all ends of upstream runs (ms), also for ends that other
 * nodes have noted: nodes that died, or that have an earlier version. Not tuned.
 */
export const LOOK_FOR_ENDS_MS = 10_000;
/**
 * While more jobs are due than one plan takes, the next plan starts at this share of the time ahead (140 ms
 * of 200) instead of half. At 10,000 slots a second, with the other rules of that day, p99 was 28 to 97 ms
 * before and 19 to 50 ms after.
 */
export const EARLY_SHARE = 0.7;
/** Wait before a plan that could not start beside another pass is tried again (ms). Not tuned. */
export const PLAN_RETRY_MS = 20;

// Claims: how many runs a node takes (decisions 9, 14 and 21)

/** Most runs in one claim or settlement. On PostgreSQL 1,000 gave 58,322 runs/s, 2,000 gave 64,831. */
export const MAX_BATCH = 2_000;
/** A node claims in advance what it finishes in this time (ms), by recent durations. Not tuned. */
export const PREFETCH_MS = 20;
/**
 * Most runs claimed in advance: a third is on its way, a third waits, a third runs. With 1,000 a drain made
 * 34,000 to 37,000 runs/s, with 2,000 it made 40,000, with 3,000 it made 42,500 (claims were of 1,000 then).
 */
export const MAX_PREFETCHED = 3 * MAX_BATCH;
/** Wait before a due run without a place goes back (ms): without it, hundreds did after each GC. */
export const SURPLUS_AFTER_MS = 20;
/** A run claimed ahead that starts this late (ms) is given back: the process stood still. Not tuned. */
export const TOO_LATE_MS = 1_000;
/** Shortest pause between wake-ups of other nodes for runs left unclaimed (ms). Not tuned. */
export const WAKE_OTHERS_EVERY_MS = 100;
/** How long a transaction whose reply was lost may still commit (ms): the engine looks for it until then. */
export const LOST_REPLY_MS = 60_000;

// Starts: runs that were claimed ahead (decision 17)

/** Shortest pause between such starts (ms). CPU of 20,000 runs: 4.7 s with 0, 4.2 with 2, 3.8 with 4. */
export const START_GAP_MS = 4;
/** This many runs start at once, without that pause: at 10,000 a second it raised p99 from 9 to 16 ms. */
export const STARTS_WITHOUT_GAP = 8;
/** Handlers started in one turn of the event loop, so that requests come between (P20). Not tuned. */
export const STARTS_A_TURN = 32;
/** A run that takes longer (ms) has its start written while it runs: one more write. Not tuned. */
export const SHORT_RUN_MS = 100;

// Settlements: how long finished runs wait to be written together (decision 17)

/** Wait for more settlements when somebody waits for these (ms). Not tuned. */
export const GATHER_MS = 4;
/** Wait when nobody does (ms). 50 and 100 ms saved no CPU that showed, and more runs repeat after a crash. */
export const PATIENT_GATHER_MS = 30;
/** Settlements that nobody waits for go with a plan this near (ms): a sixth less CPU at 1,000 slots/s. */
export const WITH_PLAN_MS = 150;
/** A job's next slot this near (ms) waits for the settlement of its last run. */
export const NEXT_SLOT_SOON_MS = 500;
/** Wait before a settlement is tried again whose job another transaction has locked (ms). Not tuned. */
export const POSTPONED_RETRY_MS = 500;
/** This many locked settlements stop all claims: their results, 64 KiB each, fill memory (P18, bounds). */
export const MAX_BLOCKED = 1_000;

// The API comes first (P20, isolation; decision 12)

/** Above this p99 delay of the event loop (ms), the engine halves its claims. The aim of P20, isolation. */
export const LOOP_DELAY_LIMIT_MS = 20;
/** Period of the monitor that measures the delay (ms); its readings include it. */
export const LOOP_DELAY_RESOLUTION_MS = 5;
/** How long the monitor measures for one reading (ms). */
export const LOOP_DELAY_SAMPLE_MS = 1_000;
/**
 * The loop may be late for this long after the first claim (ms): modules still load, and code is compiled at
 * its first use. Not tuned.
 */
export const START_UP_MS = 5_000;
/** Pause between the smallest claims of a throttled node (ms). The floor of P20, isolation. */
export const FLOOR_GAP_MS = 250;
/** Wait before a throttled node looks again whether it may claim (ms). Not tuned. */
export const THROTTLED_RETRY_MS = 50;
/** After a request, the engine expects others for this long (ms). Not tuned. */
export const AFTER_REQUEST_MS = 100;
/**
 * Most runs in one claim while requests come in. Saturated, the API kept 0.36 to 0.43 of its requests with 64
 * and no pause, 0.52 to 0.56 with 128 and a pause; with 256 its p99 rose from 8 to 18 ms.
 */
export const BATCH_BESIDE_REQUESTS = 128;
/** Longest pause after a pass while requests come in (ms): due runs wait no longer for the API's sake. */
export const LONGEST_PAUSE_MS = 20;
