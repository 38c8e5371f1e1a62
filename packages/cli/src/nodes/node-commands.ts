import { drainNode, type JobNode, listNodes, resumeNode } from '@greenvue/jobs/client';
import type { ApiFlags } from '../input/flags.ts';
import { restCommand, restCommandOn } from '../rest/rest-command.ts';
import { printJson } from '../terminal/print.ts';
import { type Column, createTable } from '../terminal/table.ts';
import { distanceText } from '../terminal/words.ts';

const nodeCommand = restCommandOn('nodes list');

/** `nodes list` */
export const listNodesCommand = restCommand(async ({ api, out, now }, { json }: ApiFlags) => {
  const nodes = await listNodes(api);
  if (json) return printJson(out, { data: nodes });
  if (nodes.length === 0) return out.line('You may see only some of the jobs, and no nodes.');
  createTable(out, columns(now())).print(nodes);
});

/** `nodes drain` */
export const drainNodeCommand = nodeCommand(
  async ({ api, out, program }, { json }: ApiFlags, nodeId: string) => {
    const node = await drainNode(api, nodeId);
    if (json) return printJson(out, node);
    out.line(
      `${placeOf(node)} finishes its runs, and plans and claims nothing more. To end this, run ${program.name} nodes resume ${nodeId}`,
    );
  },
);

/** `nodes resume` */
export const resumeNodeCommand = nodeCommand(async ({ api, out }, { json }: ApiFlags, nodeId: string) => {
  const node = await resumeNode(api, nodeId);
  if (json) return printJson(out, node);
  out.line(`${placeOf(node)} plans and claims again.`);
});

function placeOf({ node, host, pid }: JobNode): string {
  return host === null ? `Node ${node}` : `Node ${node} (${host}, process ${pid})`;
}

function columns(now: number): readonly Column<JobNode>[] {
  return [
    { title: 'NODE', text: ({ node }) => node, least: 12 },
    { title: 'HOST', text: ({ host }) => host ?? '', least: 8 },
    { title: 'PID', text: ({ pid }) => String(pid ?? '') },
    {
      title: 'HEALTH',
      text: ({ health }) => health,
      style: ({ health }) => (health === 'ok' ? 'green' : health === 'draining' ? 'yellow' : 'red'),
    },
    { title: 'PLACES', text: ({ busy, places }) => `${busy} of ${places} busy` },
    { title: 'STARTED', text: ({ started_at: at }) => distanceText(at, now), isOptional: true },
    { title: 'VERSION', text: ({ version }) => version, isOptional: true },
  ];
}
