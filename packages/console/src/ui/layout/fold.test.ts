import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Fold } from './fold.tsx';

const TABLE = { summary: 'As a table', children: 'two hundred rows' };
const drawn = (props: { readonly isLarge?: boolean; readonly isOpen?: boolean }) =>
  renderToStaticMarkup(createElement(Fold, { ...TABLE, ...props }));

test('what is folded away can be found by the browser, but what is large is not even drawn', () => {
  expect(drawn({})).toContain('two hundred rows');
  expect(drawn({ isLarge: true, isOpen: true })).toContain('two hundred rows');
  expect(drawn({ isLarge: true })).not.toContain('two hundred rows');
});
