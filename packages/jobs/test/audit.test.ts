import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';

const AUDIT = fileURLToPath(new URL('../../../scripts/audit.mjs', import.meta.url));

const ADVISORY = {
  id: 1,
  url: 'https://advisories.example/1',
  title: 'A schedule can stop the process',
  severity: 'high',
  vulnerable_versions: '<99',
};

/** Runs the audit against a registry that answers a request for advisories like this. */
async function audit(status: number, advisories: object) {
  const registry = createServer((request, response) => {
    request.resume();
    const isAudit = request.url?.startsWith('/-/npm/v1/security/advisories') === true;
    response.statusCode = isAudit ? status : 404;
    response.end(isAudit ? JSON.stringify(advisories) : '{}');
  });
  await once(registry.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => registry.closeAllConnections());
  onTestFinished(() => void registry.close());
  const { port } = registry.address() as AddressInfo;
  const env = {
    ...process.env,
    npm_config_registry: `http://127.0.0.1:${port}/`,
    npm_config_fetch_retries: '0',
  };
  const child = spawn(process.execPath, [AUDIT], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const printed = await text(child.stdout);
  const [code] = await ended;
  return { code, lines: printed.trimEnd().split('\n') };
}

test('a known vulnerability fails the audit, with package, title and link', async () => {
  const { code, lines } = await audit(200, { croner: [ADVISORY] });
  expect(lines).toContain('  croner: high: A schedule can stop the process (https://advisories.example/1)');
  expect(code).toBe(1);
});

test('an audit that finds nothing passes, and says so for each folder', async () => {
  const { code, lines } = await audit(200, {});
  expect(lines).toHaveLength(6);
  for (const line of lines) expect(line).toMatch(/: 0 known vulnerabilities in \d+ packages$/);
  expect(code).toBe(0);
});

test('a registry without advisories is named as such, and does not fail the checks', async () => {
  const { code, lines } = await audit(405, {});
  for (const line of lines) expect(line).toMatch(/: audit not available at this registry: 405 /);
  expect(code).toBe(0);
});
