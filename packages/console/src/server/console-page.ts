import type { ConsoleConfig } from './console-options.ts';

const NONCE_PLACE = '__STYLE_NONCE__';
const TITLE_PLACE = '__CONSOLE_TITLE__';
// With quotes: it is JSON before and after.
const CONFIG_PLACE = '"__CONSOLE_CONFIG__"';
/** How the build refers to its own files. */
const OWN_FILE = /(src|href)="\.\//g;

export interface PageParts {
  /** Of the styles that the page creates at run time. */
  readonly nonce: string;
  readonly config: ConsoleConfig;
}

/**
 * The page: the built `index.html` with its settings. The settings are a JSON block, which the CSP allows: a
 * browser executes no script of that type.
 */
export function consolePage(built: string, { nonce, config }: PageParts): string {
  return built
    .replaceAll(OWN_FILE, (_match, attribute: string) => `${attribute}="${escaped(config.base)}`)
    .replaceAll(NONCE_PLACE, () => nonce)
    .replaceAll(TITLE_PLACE, () => escaped(config.title))
    .replaceAll(CONFIG_PLACE, () => JSON.stringify(config).replaceAll('<', '\\u003c'));
}

/** A text for HTML. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
