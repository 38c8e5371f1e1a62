// `npm run docs` serves the site of the documentation, and reloads pages that change; `npm run docs:build`
// writes it to dist/docs and checks it. Both first write the reference pages, from docstrings and from
// OpenAPI. DOCS_BASE is the path of the site on its host, such as /jobs/; default /.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const docs = join(root, 'docs');
const node = join(root, 'node_modules', '.bin', 'node');
const isBuild = process.argv.includes('build');

const library = JSON.parse(readFileSync(join(root, 'packages/jobs/package.json'), 'utf8'));
const entries = Object.values(library.exports).flatMap((path) => [
  '--entryPoints',
  join('..', 'packages', 'jobs', path),
]);

const steps = [
  [join(root, 'scripts', 'install.mjs'), '--in=docs'],
  [join(docs, 'node_modules', 'typedoc', 'bin', 'typedoc'), ...entries],
  [join(docs, 'rest-reference.ts')],
  [join(docs, 'copy-downloads.ts')],
  [join(docs, 'node_modules', 'vitepress', 'bin', 'vitepress.js'), isBuild ? 'build' : 'dev', '.'],
  ...(isBuild ? [[join(docs, 'link-twins.ts')], [join(docs, 'check-site.ts')]] : []),
];
for (const step of steps) {
  const { status } = spawnSync(node, step, { cwd: docs, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
