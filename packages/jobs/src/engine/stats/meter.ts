import type { Clock } from '../../core/clock.ts';
import { REASONS, type SkipReason } from '../../core/model/run.ts';
import { keysOf } from '../../core/objects.ts';
import type { Outcome } from '../../core/rules/settle.ts';
import type { EngineLogger } from '../ports/engine-logger.ts';
import type {
  AttemptObserver,
  Ending,
  LastMinute,
  MinuteCounts,
  NodeActivity,
  TypeCounts,
} from '../ports/engine-stats.ts';
import { AttemptObservers } from './attempt-observers.ts';
import { DURATION_BOUNDS_MS, Histogram, LATENESS_BOUNDS_MS } from './histogram.ts';
import { KEPT, latenessStep, noEndings, rounded, TimeBucket, TimeBuckets } from './time-buckets.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export interface MeterDeps {
  readonly clock: Clock;
  /** The job types of the node. */
  readonly types: readonly string[];
  readonly logger: Pick<EngineLogger, 'error'>;
}

/** A claim that has ended. `attempt`: undefined when it never started. */
interface Measured {
  readonly input: { readonly outcome: Outcome };
  readonly attempt: { readonly owner: { readonly type: string }; readonly tookMs: number } | undefined;
}

interface TypeMeter {
  readonly ended: Record<Ending, number>;
  readonly durations: Histogram;
  readonly lateness: Histogram;
}

/** What this node did since its start, in the last minute, and in each of 60 minutes, in constant space. */
export class Meter {
  readonly #clock: Clock;
  readonly #types: ReadonlyMap<string, TypeMeter>;
  readonly #total = noEndings();
  readonly #skipped: Record<SkipReason, number> = { ...REASONS.skipped };
  readonly #seconds = new TimeBuckets();
  /** By the time of day, which may jump: minutes in the future are not shown. */
  readonly #minutes = new TimeBuckets();
  /** The current buckets, looked up once a second: at tens of thousands of runs a second, clocks cost. */
  #second: TimeBucket = new TimeBucket();
  #minute: TimeBucket = new TimeBucket();

  readonly #observers: AttemptObservers;

  constructor({ clock, types, logger }: MeterDeps) {
    this.#clock = clock;
    this.#observers = new AttemptObservers(logger);
    for (const reason of keysOf(REASONS.skipped)) this.#skipped[reason] = 0;
    this.#types = new Map(types.map((type) => [type, emptyType()]));
  }

  /** An attempt has started, `latenessMs` after it was due. */
  started(type: string, latenessMs: number): void {
    const ms = Math.max(latenessMs, 0);
    const step = latenessStep(ms);
    this.#advance();
    this.#second.start(ms, step);
    this.#minute.start(ms, step);
    this.#types.get(type)?.lateness.add(ms);
    this.#observers.started({ type, latenessMs: ms });
  }

  /** A claim has ended, and that is written. */
  finished(ending: Ending, { input: { outcome }, attempt }: Measured): void {
    this.#advance();
    this.#second.finished[ending]++;
    this.#minute.finished[ending]++;
    this.#total[ending]++;
    if (attempt === undefined) return;
    const { owner, tookMs } = attempt;
    const type = this.#types.get(owner.type);
    if (type === undefined) return;
    type.ended[ending]++;
    type.durations.add(tookMs);
    const isFailure = outcome.kind === 'failed' && ending !== 'cancelled';
    const reason = isFailure ? outcome.error.reason : undefined;
    this.#observers.ended({ type: owner.type, ending, tookMs, reason });
  }

  /** Calls the observer for each attempt from now on, until the returned function is called. */
  observe(observer: AttemptObserver): () => void {
    return this.#observers.add(observer);
  }

  skipped(reason: SkipReason): void {
    this.#advance();
    this.#second.skipped++;
    this.#minute.skipped++;
    this.#skipped[reason]++;
  }

  read(): Pick<NodeActivity, 'sinceStart' | 'lastMinute' | 'minutes' | 'types' | 'skipped'> {
    return {
      sinceStart: { ...this.#total },
      lastMinute: this.#lastMinute(),
      minutes: this.#lastMinutes(),
      types: [...this.#types].map(([type, meter]) => typeCounts(type, meter)),
      skipped: { ...this.#skipped },
    };
  }

  #lastMinute(): LastMinute {
    const now = this.#secondNow();
    const total = new TimeBucket();
    for (let n = 0; n < KEPT; n++) {
      const second = this.#seconds.find(now - n);
      if (second !== undefined) total.add(second);
    }
    const { started, finished, maxLatenessMs } = total;
    if (started === 0) return { started, finished: { ...finished }, latenessMs: undefined };
    const [p50, p95, p99] = [total.latenessMs(0.5), total.latenessMs(0.95), total.latenessMs(0.99)];
    return { started, finished: { ...finished }, latenessMs: { p50, p95, p99, max: rounded(maxLatenessMs) } };
  }

  #lastMinutes(): readonly MinuteCounts[] {
    const now = this.#minuteNow();
    return Array.from({ length: KEPT }, (_, n) => minuteCounts(now - n, this.#minutes.find(now - n)));
  }

  #advance(): void {
    const second = this.#secondNow();
    if (this.#second.number === second) return;
    this.#second = this.#seconds.of(second);
    this.#minute = this.#minutes.of(this.#minuteNow());
  }

  #secondNow(): number {
    return Math.floor(this.#clock.monotonic() / SECOND_MS);
  }

  #minuteNow(): number {
    return Math.floor(this.#clock.now() / MINUTE_MS);
  }
}

function emptyType(): TypeMeter {
  return {
    ended: noEndings(),
    durations: new Histogram(DURATION_BOUNDS_MS),
    lateness: new Histogram(LATENESS_BOUNDS_MS),
  };
}

function typeCounts(type: string, { ended, durations, lateness }: TypeMeter): TypeCounts {
  return { type, ended: { ...ended }, durations: durations.read(), lateness: lateness.read() };
}

function minuteCounts(number: number, bucket: TimeBucket | undefined): MinuteCounts {
  const minute = number * MINUTE_MS;
  if (bucket === undefined)
    return { minute, started: 0, ...noEndings(), skipped: 0, latenessP99Ms: undefined };
  const { started, finished, skipped } = bucket;
  const latenessP99Ms = started === 0 ? undefined : bucket.latenessMs(0.99);
  return { minute, started, ...finished, skipped, latenessP99Ms };
}
