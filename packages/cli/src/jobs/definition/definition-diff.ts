import { structuredPatch } from 'diff';
import { printable } from '../../terminal/printable.ts';
import { printableYaml } from '../../terminal/printable-yaml.ts';
import { paint, type Screen, type Style } from '../../terminal/screen.ts';
import type { Definition } from './definition.ts';

export interface DefinitionChange {
  /** Undefined if the job does not exist. */
  readonly before: Definition | undefined;
  readonly after: Definition;
  readonly id: string;
  /** The source of the change, such as a file name. */
  readonly by: string;
}

/**
 * A change as lines of a unified diff of two YAML texts, safe to print. Empty if nothing changes.
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

/** By convention of the format, a range without lines starts one line earlier. */
function rangeText(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

/** The lines of a {@link definitionDiff}, colored if the screen has colors. */
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
