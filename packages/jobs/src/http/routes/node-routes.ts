import { emptyBody } from '../input/command-input.ts';
import { defineRoute } from '../routing/route.ts';
import { BODY_PROBLEMS, problems, success } from '../routing/route-docs.ts';
import { wholeEngineOptions } from '../routing/whole-engine.ts';
import { nodeJson, nodeParams, nodeSchema, nodesSchema } from '../views/node.ts';

const listNodes = defineRoute({
  method: 'GET',
  path: '/nodes',
  need: 'read',
  doc: {
    operationId: 'listNodes',
    summary: 'List the live nodes',
    description:
      'The node that responds comes first. GET /runs?node=<id>&status=running lists what runs on a node. Empty for a caller with a scope.',
  },
  responses: { 200: success(nodesSchema, 'The nodes'), ...problems() },
  handle: async ({ url }, { engine, reads }) => ({
    status: 200,
    body: await reads.read(url, async () => ({ data: (await engine.listNodes()).map(nodeJson) })),
  }),
});

const drainNode = defineRoute({
  method: 'POST',
  path: '/nodes/:node_id/drain',
  need: 'operate',
  doc: {
    operationId: 'drainNode',
    summary: 'Drain a node',
    description:
      'The node finishes its runs, and plans and claims nothing more, until it is resumed or its process ends. Other nodes take over its waiting runs. A node acts within seconds. A second request changes nothing. The body is optional. A caller with a scope gets a 403.',
  },
  params: nodeParams,
  body: emptyBody,
  bodyIsOptional: true,
  responses: { 200: success(nodeSchema, 'The node'), ...problems(404, ...BODY_PROBLEMS) },
  handle: async ({ params, context }, { engine }) => ({
    status: 200,
    body: nodeJson(await engine.drainNode(params.node_id, wholeEngineOptions(context))),
  }),
});

const resumeNode = defineRoute({
  method: 'POST',
  path: '/nodes/:node_id/resume',
  need: 'operate',
  doc: {
    operationId: 'resumeNode',
    summary: 'End the drain of a node',
    description:
      'The node plans and claims again. A node that is not drained does not change. The body is optional. A caller with a scope gets a 403.',
  },
  params: nodeParams,
  body: emptyBody,
  bodyIsOptional: true,
  responses: { 200: success(nodeSchema, 'The node'), ...problems(404, ...BODY_PROBLEMS) },
  handle: async ({ params, context }, { engine }) => ({
    status: 200,
    body: nodeJson(await engine.resumeNode(params.node_id, wholeEngineOptions(context))),
  }),
});

/** The live nodes. */
export const nodeRoutes = [listNodes, drainNode, resumeNode];
