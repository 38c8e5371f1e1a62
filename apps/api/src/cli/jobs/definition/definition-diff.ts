import { structuredPatch } from 'diff';
import { printable } from '../../terminal/printable.ts';
import { printableYaml } from '../../terminal/printable-yaml.ts';
import { paint, type Screen, type Style } from '../../terminal/screen.ts';
import type { Definition } from './definition.ts';

export interface DefinitionChange {
  /** Undefined: there is no such job. */
  readonly before: Definition | undefined;
  readonly after: Definition;
  readonly id: string;
  /** What would bring the change, such as the name of a file. */
  readonly by: string;
}

/**
 * A change as a unified diff of two YAML texts, line by line, safe to print; no lines where nothing changes.
 */
export function definitionDiff({ before, after, id, by }: DefinitionChange): readonly string[] {
  const { hunks } = structuredPatch('', '', textOf(before), textOf(after), '', '', { context: 2 });
  if (hunks.length === 0) return [];
  const heads = [`--- ${before === undefined ? '/dev/null' : `${id} (now)`}`, `+++ ${id} (${by})`];
  const lines = hunks.flatMap((hunk) => [
    `@@ -${rangeText(hunk.oldStart, hunk.oldLines)} +${rangeText(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ]);
  return [...heads, ...lines].map(printable);
}

/** By the format's convention, a range without lines begins one earlier. */
function rangeText(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/** The lines of a {@link definitionDiff}, coloured where the screen has colours. */
export function paintDiff(screen: Screen, lines: readonly string[]): readonly string[] {
  return lines.map((line) => paint(screen, styleOf(line), line));
}

function styleOf(line: string): Style | undefined {
  if (line.startsWith('---') || line.startsWith('+++')) return 'bold';
  if (line.startsWith('@@')) return 'cyan';
  if (line.startsWith('+')) return 'green';
  return line.startsWith('-') ? 'red' : undefined;
}

function textOf(definition: Definition | undefined): string {
  return definition === undefined ? '' : printableYaml(definition);
}
