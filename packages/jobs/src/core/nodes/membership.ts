import type { JobEvent } from '../model/events.ts';
import type { Job, PausedJob } from '../model/job.ts';
import type { RunOver } from '../model/run.ts';
import type { NewRun } from '../rules/decision.ts';
import type { LeaseKept } from './lease.ts';

/** The job types that a node can run, by name, in that version or an older one (P22, types and deploys). */
export type TypeVersions = Readonly<Record<string, number>>;

/**
 * The key of the level of a node's options among its types, in a store that nodes share. No type has a blank
 * in its name. See `levelOf`.
 */
export const LEVEL_KEY = ' level';

/** Whether a node with `types` can run a new run of a job. */
export function canRun(types: TypeVersions, { type, typeVersion }: Job, run: NewRun): boolean {
  return (types[type] ?? 0) >= (run.typeVersion ?? typeVersion);
}

/** All types of several nodes, each in its newest version. */
export function newestOf(nodes: readonly TypeVersions[]): TypeVersions {
  const newest: Record<string, number> = {};
  for (const types of nodes) {
    for (const [type, version] of Object.entries(types)) {
      newest[type] = Math.max(version, newest[type] ?? 0);
    }
  }
  return newest;
}

/** A request to a node to finish its runs, and to plan and claim nothing more. */
export interface NodeDrain {
  /** When it was requested. */
  readonly since: number;
  readonly by?: string | undefined;
}

/** A process that claims runs, as other nodes know it. */
export interface NodeInfo {
  readonly id: string;
  /** The name of its machine, and its process id. Absent: the node runs an older version of this software. */
  readonly host?: string;
  readonly pid?: number;
  readonly drain?: NodeDrain | undefined;
  readonly version: string;
  readonly places: number;
  readonly types: TypeVersions;
  readonly startedAt: number;
  /** The number of the release, of a program that declares jobs or gives the option `release`. */
  readonly release?: number;
}

/** A node that joins. */
export interface JoiningNode extends NodeInfo {
  /** The ids of the jobs that its program declares (P28, jobs in code). Absent: it declares none. */
  readonly declares?: readonly string[];
}

/** What a node reports of itself with each heartbeat. */
export interface NodeState {
  readonly busy: number;
  /** Claimed runs that wait for a place on it. */
  readonly buffered: number;
  /** It claims fewer runs, to keep its API fast. */
  readonly throttled: boolean;
  readonly eventLoopDelayMs: number;
}

/** A live node, as of its last heartbeat. */
export interface NodeView extends NodeInfo, NodeState {
  /** The time of its last heartbeat. */
  readonly beatAt: number;
  /** How long its event loop was blocked before its last heartbeat (ms); 0 for almost not. */
  readonly stalledMs: number;
}

/** An event as one node sends it to another, whose own ring numbers it. */
export type NodeEvent = Omit<JobEvent, 'id'>;

/** What one node sends to the others, once the change is durable. */
export type Notice =
  /** Something may be due sooner than they know. */
  | { readonly kind: 'wake' }
  /** The job was edited, paused or deleted: unstarted claims of it go back (P12, cancel; P14, pause). */
  | { readonly kind: 'job_changed'; readonly jobId: string }
  /** These claimed runs were asked to stop. */
  | { readonly kind: 'cancel'; readonly runIds: readonly string[] }
  /** All jobs were paused or resumed (P36, tags and bulk). */
  | { readonly kind: 'all_paused' }
  /** The node with this id was drained or resumed. */
  | { readonly kind: 'node_drain'; readonly nodeId: string }
  /** For subscribers; sent only while another node has one. */
  | { readonly kind: 'events'; readonly events: readonly NodeEvent[] };

/** What a node knows of the others. */
export interface Others {
  readonly count: number;
  /** One of them has somebody who watches events. */
  readonly isWatching: boolean;
  /** The types that they can run, each in the newest version (P22, types and deploys). */
  readonly types: TypeVersions;
}

export const NO_OTHERS: Others = { count: 0, isWatching: false, types: {} };

/** The claims of dead nodes that were taken back. */
export interface Recovered {
  readonly nodes: number;
  readonly recovered: number;
  readonly failed: number;
  /** The runs that ended with it, failed or cancelled. */
  readonly ended: readonly RunOver[];
  /** The jobs that their ends paused. */
  readonly paused: readonly PausedJob[];
  /** Whether the ends of these runs put alerts into the outbox. */
  readonly hasAlerts: boolean;
}

/** What a store tells and asks a node that has joined. */
export interface NodeListener {
  notice(notice: Notice): void;
  /** The number, the types or the watching of the other nodes changed. Before the first call: none. */
  others(others: Others): void;
  /** Notices may have been lost. */
  missed(): void;
  /** This node was drained, or resumed (undefined). Called at each change, and perhaps again without one. */
  drain(drain: NodeDrain | undefined): void;
  /** Claims of dead nodes were taken back by this one (P9, lost nodes). */
  recovered(what: Recovered): void;
  /** The state of the node's lease has changed; at first it is `kept`. */
  lease(state: LeaseKept): void;
  /** The lease has expired: the node no longer owns its claims, and must join again under a new id. */
  lost(): void;
  /** The node works with a limitation: `why` says which one, and what to do. Called once. */
  degraded(why: string): void;
  /** What other nodes see of this one; called about every second. */
  state(): NodeState;
}

/** A node among the others. */
export interface Membership {
  /** Sends a notice to the other nodes, if there are any. */
  notify(notice: Notice): void;
  /** Says whether somebody watches events on this node: only then do other nodes send theirs. */
  watch(isWatching: boolean): void;
  /** Ends the membership. A node whose handlers could not be ended lives on until its process ends. */
  leave(): Promise<void>;
}
