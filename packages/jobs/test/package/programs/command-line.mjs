// greenvue-jobs against a server of this program, and its MCP server with the client of the official SDK.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { createNodeHandler } from '@greenvue/jobs/node';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { hello } from './shared/hello.mjs';
import { API, apiOptions, startJobs, TOKEN } from './shared/host-jobs.mjs';

const jobs = await startJobs(process.argv[2]);
await jobs.schedule(hello, { id: 'greet', onDemand: true });
const api = createNodeHandler(apiOptions(jobs, ({ headers }) => headers.authorization));
const server = createServer(api).listen(0, '127.0.0.1');
await once(server, 'listening');
const env = {
  PATH: process.env.PATH ?? '',
  JOBS_URL: `http://127.0.0.1:${server.address().port}${API}`,
  JOBS_TOKEN: TOKEN,
};

const { bin } = createRequire(import.meta.url)('@greenvue/jobs-cli/package.json');
const program = `node_modules/@greenvue/jobs-cli/${bin['greenvue-jobs']}`;
const options = globalThis.Deno ? ['run', '--allow-all', '--no-lock', '--node-modules-dir=manual'] : [];
const cli = async (...args) => {
  const { stdout } = await promisify(execFile)(process.execPath, [...options, program, ...args], { env });
  return stdout;
};
const { status, result } = JSON.parse(await cli('jobs', 'run', 'greet', '--wait', '--json'));
const [job] = JSON.parse(await cli('jobs', 'list', '--json')).data;

const assistant = new Client({ name: 'test', version: '1' });
await assistant.connect(
  new StdioClientTransport({ command: process.execPath, args: [...options, program, 'mcp'], env }),
);
const { content } = await assistant.callTool({ name: 'get_job', arguments: { job_id: 'greet' } });
await assistant.close();

console.log(
  JSON.stringify({
    run: { status, result },
    job: job.id,
    assistant: JSON.parse(content[0].text).id,
  }),
);
api.close();
server.close();
await jobs.stop();
