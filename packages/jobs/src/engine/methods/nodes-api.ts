import { drainNode, type NodesDeps, resumeNode } from '../api/node-api.ts';
import type { checkedArguments } from '../input/checked-arguments.ts';
import type { NodesApi } from '../ports/nodes-port.ts';

/** The methods about nodes. `given` checks the arguments of a method. */
export function createNodesApi(deps: NodesDeps, given: typeof checkedArguments): NodesApi {
  return {
    listNodes: async () => {
      given('listNodes', []);
      return deps.listNodes();
    },
    drainNode: async (...args) => drainNode(deps, ...given('drainNode', args)),
    resumeNode: async (...args) => resumeNode(deps, ...given('resumeNode', args)),
  };
}
