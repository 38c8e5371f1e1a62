import { expect, test, vi } from 'vitest';
import { startTestServer } from '../testing/test-server.ts';

/** As much of a DOM as the page uses: a tree of nodes with attributes and text. */
class FakeNode {
  readonly attributes = new Map<string, string>();
  readonly children: (FakeNode | string)[] = [];
  readonly name: string;
  textContent = '';

  constructor(name: string) {
    this.name = name;
  }

  setAttribute(key: string, value: string): void {
    this.attributes.set(key, value);
  }

  append(...children: (FakeNode | string)[]): void {
    this.children.push(...children);
  }

  replaceChildren(...children: (FakeNode | string)[]): void {
    this.children.splice(0, this.children.length, ...children);
  }

  addEventListener(): void {
    // Nobody types here.
  }

  get text(): string {
    return this.children.map((child) => (typeof child === 'string' ? child : child.text)).join(' ');
  }
}

test('the page shows every operation of the running server, with bodies and answers written out', async () => {
  const { url } = await startTestServer();
  const nodes = new Map<string, FakeNode>();
  const node = (id: string): FakeNode => {
    const known = nodes.get(id) ?? new FakeNode(id);
    nodes.set(id, known);
    return known;
  };
  vi.stubGlobal('document', {
    title: '',
    createElement: (name: string) => new FakeNode(name),
    getElementById: node,
  });
  const { fetch } = globalThis;
  vi.stubGlobal('fetch', (path: string) => fetch(`${url}${path}`));
  // By a URL that is no constant: there are no types of it.
  const page = new URL('./page.js', import.meta.url).href;
  await import(page);
  vi.unstubAllGlobals();
  const shown = node('operations').text;
  const document: { paths: Record<string, object> } = JSON.parse(
    await (await fetch(`${url}/openapi.json`)).text(),
  );
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of Object.keys(item)) expect(shown).toContain(`${method.toUpperCase()} ${path} `);
  }
  expect(shown).toContain('POST /api/jobs/{job_id}/runs');
  expect(shown).toMatch(/catch_up\?: "once" \| "skip" \| "all"/);
});
