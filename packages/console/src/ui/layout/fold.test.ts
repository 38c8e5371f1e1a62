import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Fold } from './fold.tsx';

const TABLE = { summary: 'Show as table', children: 'two hundred rows' };
const drawn = (props: { readonly isLarge?: boolean; readonly isOpen?: boolean }) =>
  renderToStaticMarkup(createElement(Fold, { ...TABLE, ...props }));

test("the browser's search finds collapsed content, but large content is not rendered", () => {
  expect(drawn({})).toContain('two hundred rows');
  expect(drawn({ isLarge: true, isOpen: true })).toContain('two hundred rows');
  expect(drawn({ isLarge: true })).not.toContain('two hundred rows');
});
