/** A text of the glossary in parts: words of the API are code. */
export type Definition = readonly { readonly text: string; readonly isCode: boolean }[];

const ROW = /^\| (\*\*.+?) \| (.+?) \| .+ \|$/;

/** The definitions in a glossary that is a Markdown table, by the text of their first column. */
export function readGlossary(markdown: string): ReadonlyMap<string, Definition> {
  const rows = markdown.split('\n').flatMap((line) => {
    const [, word, definition] = ROW.exec(line) ?? [];
    return word === undefined || definition === undefined ? [] : [[plain(word), parts(definition)] as const];
  });
  return new Map(rows);
}

function parts(markdown: string): Definition {
  return plain(markdown)
    .split('`')
    .map((text, at) => ({ text, isCode: at % 2 === 1 }))
    .filter(({ text }) => text !== '');
}

/** Without bold type, and with the texts of links only. */
function plain(markdown: string): string {
  return markdown.replaceAll('**', '').replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}
