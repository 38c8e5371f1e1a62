import { Counter, Gauge, type Registry } from 'prom-client';

export interface JobGauges {
  // Contents of the database: the same on every node.
  readonly jobs: Gauge<'status'>;
  readonly health: Gauge<'health'>;
  readonly live: Gauge<'state'>;
  readonly dueAge: Gauge;
  readonly nodes: Gauge<'health'>;
  // Of this node.
  readonly databaseUp: Gauge;
  readonly places: Gauge<'state'>;
  readonly throttled: Gauge;
  readonly controlConnection: Gauge;
  readonly settling: Gauge;
  readonly failing: Gauge;
  readonly listeners: Gauge;
  readonly attempts: Counter<'type' | 'outcome'>;
  readonly skipped: Counter<'reason'>;
  /** Removes the values from the database when it is unavailable: no number is better than an old one. */
  forget(): void;
}

/**
 * The metrics of jobs, except the distributions. `docs/monitoring.md` has a table of them.
 */
export function createJobGauges(registry: Registry): JobGauges {
  const stored = storedGauges(registry);
  return {
    ...stored,
    ...nodeGauges(registry),
    forget() {
      for (const gauge of [stored.jobs, stored.health, stored.live, stored.nodes]) gauge.reset();
      // A gauge without labels would be 0 after a reset.
      stored.dueAge.remove();
    },
  };
}

function storedGauges(registry: Registry) {
  const registers = [registry];
  return {
    jobs: new Gauge({
      name: 'greenvue_jobs',
      help: 'Jobs by status',
      labelNames: ['status'],
      registers,
    }),
    health: new Gauge({
      name: 'greenvue_jobs_health',
      help: 'Number of jobs by health; recounted at most every 15 s',
      labelNames: ['health'],
      registers,
    }),
    live: new Gauge({
      name: 'greenvue_runs_live',
      help: 'Runs that are not finished, by state',
      labelNames: ['state'],
      registers,
    }),
    dueAge: new Gauge({
      name: 'greenvue_runs_oldest_due_seconds',
      help: 'Time since the longest-waiting run became due; 0 when no due run waits for a claim',
      registers,
    }),
    nodes: new Gauge({
      name: 'greenvue_nodes',
      help: 'Live nodes by health, as this node sees them',
      labelNames: ['health'],
      registers,
    }),
  };
}

function nodeGauges(registry: Registry) {
  const registers = [registry];
  return {
    databaseUp: new Gauge({
      name: 'greenvue_job_database_up',
      help: '1 if the database of the jobs responded to this scrape, 0 if it is unavailable',
      registers,
    }),
    places: new Gauge({
      name: 'greenvue_job_places',
      help: 'Places of this node: all, busy, and claimed runs that wait for a place',
      labelNames: ['state'],
      registers,
    }),
    throttled: new Gauge({
      name: 'greenvue_job_claims_throttled',
      help: '1 while the engine claims fewer runs because the event loop has fallen behind',
      registers,
    }),
    controlConnection: new Gauge({
      name: 'greenvue_job_control_connection_up',
      help: '1 while the control connection renews the lease of this node, 0 while the spare connection or none does; always 1 on SQLite',
      registers,
    }),
    settling: new Gauge({
      name: 'greenvue_job_settlements_waiting',
      help: 'Runs that have ended on this node and are not saved yet',
      registers,
    }),
    failing: new Gauge({
      name: 'greenvue_job_passes_failing_seconds',
      help: 'Seconds for which this node could not write and claim runs; 0 while it works and for the first 5 s of failures',
      registers,
    }),
    listeners: new Gauge({
      name: 'greenvue_job_event_streams',
      help: 'Open event streams of this node',
      registers,
    }),
    attempts: new Counter({
      name: 'greenvue_run_attempts_total',
      help: 'Attempts that ended on this node, by job type and outcome',
      labelNames: ['type', 'outcome'],
      registers,
    }),
    skipped: new Counter({
      name: 'greenvue_slots_skipped_total',
      help: 'Slots that this node skipped, by reason; slots missed in one gap count as one',
      labelNames: ['reason'],
      registers,
    }),
  };
}
