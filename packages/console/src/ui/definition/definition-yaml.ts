import { Document, visit } from 'yaml';
import type { DefinitionFields } from './definition.ts';

/**
 * A file for `jobs apply` with one job, as `jobs show --yaml` prints it. Imports a large library: load this
 * module only when it is needed.
 */
export function definitionYaml(definition: DefinitionFields): string {
  return yamlOf([definition]);
}

/** A value as YAML without line folding. */
export function yamlOf(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && UNFIT_FOR_BLOCKS.test(node.value)) node.type = 'QUOTE_DOUBLE';
    },
  });
  return document.toString({ lineWidth: 0 });
}

/** Lines that begin or end with white space: in a block scalar, the library loses some of it. */
const UNFIT_FOR_BLOCKS = /^\n|^[ \t]+.*\n|\n[ \t]|[ \t]\n|\n.*[ \t]$/;
