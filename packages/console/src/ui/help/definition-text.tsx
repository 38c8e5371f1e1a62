import { createElement, Fragment } from 'react';
import glossary from '../../../../../docs/glossary.md?raw';
import { readGlossary } from './glossary.ts';
import type { HelpWord } from './help-words.ts';

/** What a word means, as the glossary of the docs says. */
export function DefinitionText({ word }: { readonly word: HelpWord }) {
  const parts = readGlossary(glossary).get(word) ?? [];
  const nodes = parts.map(({ text, isCode }) => (isCode ? createElement('code', null, text) : text));
  // Not as an array, whose elements need keys: two parts may have the same text.
  return createElement(Fragment, null, ...nodes);
}
