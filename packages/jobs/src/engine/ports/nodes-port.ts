import type { CommandOptions } from '../../core/model/job-requests.ts';
import type { NodeStats } from './engine-stats.ts';

/** Who asks, and a signal that gives up. */
type Options = Pick<CommandOptions, 'by' | 'signal'>;

/** The methods about nodes. */
export interface NodesApi {
  /**
   * All live nodes; the one that answers comes first, as it is now, the others as of their last heartbeat.
   */
  listNodes(): Promise<readonly NodeStats[]>;
  /**
   * Tells a node to finish its runs, and to plan and claim nothing more, until `resumeNode` or the end of its
   * process. Other nodes take over its waiting runs. The node acts within seconds. A second call changes
   * nothing. `not_found`: there is no such live node.
   */
  drainNode(nodeId: string, options?: Options): Promise<NodeStats>;
  /** Ends the drain of a node: it plans and claims again. Changes nothing for a node that is not drained. */
  resumeNode(nodeId: string, options?: Options): Promise<NodeStats>;
}
