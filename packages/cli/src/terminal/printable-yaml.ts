import { Document, visit } from 'yaml';
import { isUnsafe, printable } from './printable.ts';

/**
 * YAML that is the same value, and safe to print: what a terminal would obey is escaped, which YAML has only
 * in double quotes.
 */
export function printableYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value !== 'string') return;
      if (isUnsafe(node.value) || UNFIT_FOR_BLOCKS.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 }).split('\n').map(printable).join('\n');
}

/** Lines that begin or end with white space: in a block scalar, the library loses some of it. */
const UNFIT_FOR_BLOCKS = /^\n|^[ \t]+.*\n|\n[ \t]|[ \t]\n|\n.*[ \t]$/;
