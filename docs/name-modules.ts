// A plugin of TypeDoc: modules are called as users import them, such as @greenvue/jobs/sqlite.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Application, Converter } from 'typedoc';

const MANIFEST = join(import.meta.dirname, '..', 'packages', 'jobs', 'package.json');

export function load(app: Application): void {
  const { name, exports } = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  const specifiers = new Map(
    Object.entries<string>(exports).map(([path, file]) => [
      file.replace(/^\.\/src\/(.*?)(\/index)?\.ts$/, '$1'),
      `${name}${path.slice(1)}`,
    ]),
  );
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.children ?? []) module.name = specifiers.get(module.name) ?? module.name;
  });
}
