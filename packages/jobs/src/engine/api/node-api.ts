import { nodeNotFound } from '../../core/model/not-found.ts';
import type { NodeDrain } from '../../core/nodes/membership.ts';
import type { AuditAction } from '../../core/store/audit-action.ts';
import type { EngineParts } from '../engine-parts.ts';
import type { EngineCommandOptions } from '../ports/engine-port.ts';
import type { NodeStats } from '../ports/engine-stats.ts';
import { auditOf } from './command-options.ts';
import { guardReply } from './store-writes.ts';

export interface NodesDeps extends EngineParts {
  /** All live nodes, this one first. */
  listNodes(): Promise<readonly NodeStats[]>;
}

/** P42, drained nodes: tells a node to finish its runs, and to plan and claim nothing more. */
export function drainNode(
  deps: NodesDeps,
  nodeId: string,
  options: EngineCommandOptions = {},
): Promise<NodeStats> {
  const drain = { since: deps.store.now(), by: options.by };
  return change(deps, { nodeId, drain, action: 'node.drain' }, options);
}

/** Ends the drain of a node. */
export function resumeNode(
  deps: NodesDeps,
  nodeId: string,
  options: EngineCommandOptions = {},
): Promise<NodeStats> {
  return change(deps, { nodeId, drain: undefined, action: 'node.resume' }, options);
}

interface Change {
  readonly nodeId: string;
  readonly drain: NodeDrain | undefined;
  readonly action: AuditAction;
}

async function change(
  deps: NodesDeps,
  { nodeId, drain, action }: Change,
  options: EngineCommandOptions,
): Promise<NodeStats> {
  const find = async () => (await deps.listNodes()).find(({ node }) => node === nodeId);
  // People know a node by its host: the audit log keeps it.
  const before = await find();
  if (before === undefined) throw nodeNotFound(nodeId);
  const { host, pid } = before;
  const audit = auditOf(options, action, { host, pid });
  const result = await guardReply(deps, deps.store.drainNode({ nodeId, drain, audit }));
  const after = await find();
  if (result === 'absent' || after === undefined) throw nodeNotFound(nodeId);
  return after;
}
