import type { MarkdownRenderer } from 'vitepress';

/** Shows the name of a program, which its fence has as `file=name`, as a title above it. */
export function useFileNames(markdown: MarkdownRenderer): void {
  const { rules } = markdown.renderer;
  const { fence } = rules;
  rules.fence = (tokens, at, options, env, self) => {
    const code = fence?.(tokens, at, options, env, self) ?? self.renderToken(tokens, at, options);
    const [, name] = /\bfile=(\S+)/.exec(tokens[at]?.info ?? '') ?? [];
    return name === undefined
      ? code
      : `<div class="file-name">${markdown.utils.escapeHtml(name)}</div>${code}`;
  };
}
