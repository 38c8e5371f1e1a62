import type { NodeJson } from '../http/index.ts';
import type { Call, Connection } from './connection/connection.ts';
import { path } from './connection/request.ts';

/** A live node. */
export type JobNode = NodeJson;

/** The live nodes; the one that responds comes first. */
export async function listNodes(connection: Connection, call?: Call): Promise<readonly JobNode[]> {
  const { data } = await connection.ask<{ readonly data: readonly JobNode[] }>(
    { path: '/nodes', answer: 'list' },
    call,
  );
  return data;
}

/**
 * Tells a node to finish its runs, and to plan and claim nothing more, until {@link resumeNode} or the end of
 * its process. Other nodes take over its waiting runs. 404: there is no such live node.
 */
export async function drainNode(connection: Connection, nodeId: string, call?: Call): Promise<JobNode> {
  return connection.ask(
    { method: 'POST', path: path`/nodes/${nodeId}/drain`, body: {}, repeat: 'safe' },
    call,
  );
}

/** Ends the drain of a node: it plans and claims again. 404: there is no such live node. */
export async function resumeNode(connection: Connection, nodeId: string, call?: Call): Promise<JobNode> {
  return connection.ask(
    { method: 'POST', path: path`/nodes/${nodeId}/resume`, body: {}, repeat: 'safe' },
    call,
  );
}
