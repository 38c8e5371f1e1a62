/** A metric in an expression. */
export interface Selector {
  readonly name: string;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

const WORDS = ['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan'];

/** The metrics of a PromQL expression, or of Grafana's `label_values`, whose second argument is a label. */
export function selectorsIn(expression: string): readonly Selector[] {
  const [, values] = /^label_values\((.*),\s*\w+\)$/.exec(expression) ?? [];
  const bare = (values ?? expression)
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  const found = bare.matchAll(/(?<![\w:."])([a-zA-Z_:][\w:]*)(?![\w:]|\s*\()(?:\{([^}]*)\})?/g);
  return Array.from(found, ([, name = '', matchers = '']) => ({
    name,
    matchers: matchersIn(matchers),
  })).filter(({ name }) => !WORDS.includes(name));
}

function matchersIn(text: string): readonly Matcher[] {
  const found = text.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g);
  return Array.from(found, ([, label = '', operator = '', value = '']) => ({ label, operator, value }));
}
