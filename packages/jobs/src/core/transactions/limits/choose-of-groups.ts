import type { LiveRun } from '../../model/run.ts';
import { isExpired } from '../../rules/expiry.ts';
import { isSuspect } from '../../rules/suspects.ts';
import type { RoomOfGroup, TakeOfGroups } from './limit-tables.ts';

/** Chooses which due runs of groups a claim takes. Offer them in the order of their start. */
export class ChoiceOfGroups {
  /** How many of the taken runs take room, by key. */
  readonly taken = new Map<number, number>();
  readonly #ofGroup = new Map<number, number>();
  readonly #now: number;
  #places: number;
  #prefetch: number;
  #hasSuspect: boolean;

  constructor(
    { places, prefetch }: Pick<TakeOfGroups, 'places' | 'prefetch'>,
    { now, hasSuspect }: { readonly now: number; readonly hasSuspect: boolean },
  ) {
    this.#places = places;
    this.#prefetch = prefetch;
    this.#now = now;
    this.#hasSuspect = hasSuspect;
  }

  /** Whether the claim may take one more run of a group. */
  hasRoom(room: RoomOfGroup): boolean {
    const isFree = this.#places > 0 || (this.#prefetch > 0 && room.mayPrefetch);
    return isFree && (this.#ofGroup.get(room.group) ?? 0) < room.most;
  }

  /** Takes a run if the claim may: it starts, or it is prefetched. A run that has expired takes no room. */
  take(
    run: Pick<LiveRun, 'recoveries' | 'expiresAt'>,
    room: RoomOfGroup,
  ): { readonly started: boolean } | undefined {
    if (!this.hasRoom(room) || (isSuspect(run) && this.#hasSuspect)) return undefined;
    const started = this.#places > 0;
    if (!started && run.recoveries > 0) return undefined;
    if (started) this.#places -= 1;
    else this.#prefetch -= 1;
    this.#hasSuspect ||= isSuspect(run);
    if (!isExpired(run, this.#now)) {
      this.#ofGroup.set(room.group, (this.#ofGroup.get(room.group) ?? 0) + 1);
      this.taken.set(room.key, (this.taken.get(room.key) ?? 0) + 1);
    }
    return { started };
  }
}

/**
 * A run as the claim hands it to its node. One that has expired took no room, so it may not start: not even
 * on a node whose clock is behind (P35, expiry).
 */
export function runToHandOver<Run extends Pick<LiveRun, 'expiresAt'>>(run: Run, now: number): Run {
  return isExpired(run, now) ? { ...run, expiresAt: 0 } : run;
}
