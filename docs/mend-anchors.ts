// A plugin of TypeDoc. TypeDoc adds `-1` to the anchor of a type such as EngineErrorCode, because it reserves
// the anchor for the member `code` of EngineError. The heading of this member is only `code`, so the link
// would be dead.
import type { Application, DeclarationReflection } from 'typedoc';
import { MarkdownPageEvent } from 'typedoc-plugin-markdown';

export function load(app: Application): void {
  app.renderer.on(MarkdownPageEvent.END, (page) => {
    const modules = page.project.children ?? [];
    const names = new Set(modules.flatMap(({ children = [] }) => children.map(anchorOf)));
    const reserved = modules.flatMap(({ children = [] }) => children.flatMap(membersOf));
    for (const anchor of new Set(reserved))
      if (names.has(anchor)) page.contents = page.contents?.replaceAll(`#${anchor}-1)`, `#${anchor})`);
  });
}

const anchorOf = ({ name }: DeclarationReflection) => name.toLowerCase();

const membersOf = (owner: DeclarationReflection): readonly string[] =>
  (owner.children ?? []).map((member) => anchorOf(owner) + anchorOf(member));
