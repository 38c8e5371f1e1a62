import { buildCommand, buildRouteMap } from '@stricli/core';
import { API_FLAGS } from '../input/flags.ts';
import { bare } from '../input/without-prototype.ts';

const nodeId = {
  kind: 'tuple',
  parameters: [{ parse: String, placeholder: 'node', brief: 'Id of the node, as `nodes list` prints it' }],
} as const;

const list = buildCommand({
  loader: async () => (await import('./node-commands.ts')).listNodesCommand,
  parameters: { flags: API_FLAGS },
  docs: { brief: 'List the live nodes: where they run, and how they are' },
});

const drain = buildCommand({
  loader: async () => (await import('./node-commands.ts')).drainNodeCommand,
  parameters: { flags: API_FLAGS, positional: nodeId },
  docs: { brief: 'Let a node finish its runs, and plan and claim nothing more' },
});

const resume = buildCommand({
  loader: async () => (await import('./node-commands.ts')).resumeNodeCommand,
  parameters: { flags: API_FLAGS, positional: nodeId },
  docs: { brief: 'End the drain of a node' },
});

/** `nodes` */
export const nodeRoutes = buildRouteMap({
  routes: bare({ list, drain, resume }),
  docs: { brief: 'Show nodes, drain and resume them' },
});
