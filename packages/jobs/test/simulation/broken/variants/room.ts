import type { Variant } from '../variant.ts';

const ROOM = 'core/rules/room.ts';

/** Mistakes in how many runs of a job are live, and which of them wait. */
export const ROOM_VARIANTS: readonly Variant[] = [
  {
    name: 'skip-has-room-for-two',
    promise: 'P7, overlap',
    file: 'core/model/job.ts',
    from: "case 'skip':\n      return 1;",
    to: "case 'skip':\n      return 2;",
  },
  {
    name: 'slot-ignores-the-room',
    promise: 'P7, overlap',
    file: 'core/rules/slots.ts',
    from: 'const full = liveCount(live) >= room ||',
    to: 'const full = liveCount(live) > room ||',
  },
  {
    name: 'trigger-ignores-the-room',
    promise: 'P7, overlap',
    file: 'core/commands/commands.ts',
    from: 'if (liveCount(live) >= roomOf(job.overlap)) return noRoom',
    to: 'if (liveCount(live) > roomOf(job.overlap)) return noRoom',
  },
  {
    name: 'catch-up-all-makes-one-more',
    promise: 'P6, catch-up',
    file: 'core/rules/slots.ts',
    from: 'liveCount(draft.live) >= room) return;',
    to: 'liveCount(draft.live) > room) return;',
  },
  {
    name: 'second-run-does-not-wait',
    promise: 'P7, overlap',
    file: ROOM,
    from: "return liveCount(live) > 0 ? 'overlap' : 'no';",
    to: "return liveCount(live) > 1 ? 'overlap' : 'no';",
  },
  {
    name: 'waiting-run-is-not-released',
    promise: 'P7, overlap',
    file: ROOM,
    from: '} else if (live.active === 0) {',
    to: '} else if (live.active === 0 && job.overlap === "skip") {',
  },
  {
    name: 'waiting-run-is-released-too-soon',
    promise: 'P7, overlap',
    file: ROOM,
    from: '} else if (live.active === 0) {',
    to: '} else if (live.active <= 1) {',
  },
  {
    name: 'max-running-off-by-one',
    promise: 'P29, limits and priority',
    file: ROOM,
    from: 'return live.active >= job.maxRunning ||',
    to: 'return live.active > job.maxRunning ||',
  },
  {
    name: 'max-running-releases-one-too-many',
    promise: 'P29, limits and priority',
    file: ROOM,
    from: 'const room = Math.max(most - live.active, 0);',
    to: 'const room = Math.max(most - live.active + 1, 0);',
  },
  {
    name: 'max-running-releases-no-retries',
    promise: 'P29, limits and priority',
    file: 'core/rules/slots.ts',
    from: 'if (draft.job.maxRunning !== undefined) releaseWaiting(draft, now);',
    to: '',
  },
  {
    name: 'edit-does-not-shrink-the-room',
    promise: 'P7, overlap',
    file: 'core/commands/commands.ts',
    from: 'if (activeRoomOf(draft.job) < activeRoomOf(before)) shrinkRoom(draft, now);\n  else releaseWaiting(draft, now);',
    to: 'if (activeRoomOf(draft.job) > activeRoomOf(before)) releaseWaiting(draft, now);',
  },
  {
    name: 'edit-does-not-release-waiting-runs',
    promise: 'P7, overlap',
    file: 'core/commands/commands.ts',
    from: 'shrinkRoom(draft, now);\n  else releaseWaiting(draft, now);',
    to: 'shrinkRoom(draft, now);',
  },
  {
    name: 'run-over-the-room-comes-back-beside-others',
    promise: 'P7, overlap',
    file: 'core/rules/ended-runs.ts',
    from: 'if (isOverRoom(job, live)) shrinkRoom(draft, now);\n  else releaseWaiting(draft, now);',
    to: 'releaseWaiting(draft, now);',
  },
  {
    name: 'cancel-previous-leaves-the-old-run',
    promise: 'P7, overlap',
    file: 'core/rules/decision.ts',
    from: "return overlap === 'cancel_previous' && liveCount(live) > 0 && queue.length > 0;",
    to: "return overlap === 'cancel_previous' && liveCount(live) > 1 && queue.length > 0;",
  },
  {
    name: 'cancel-previous-leaves-running-runs',
    promise: 'P7, overlap',
    file: 'core/transactions/apply.ts',
    from: "if (claimed.length > 0) yield* ask('requestCancels', claimed, { reason: 'replaced' });",
    to: '',
  },
  {
    name: 'room-is-shared-by-all-lives-of-an-id',
    promise: 'P1, identity',
    file: 'stores/memory/memory-database.ts',
    from: '.filter(({ jobUid }) => Number(jobUid) === uid);',
    to: '.filter(({ jobUid }) => this.requireJob(jobUid).job.id === this.requireJob(uid).job.id);',
  },
];
