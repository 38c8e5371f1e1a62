import { expect, test } from 'vitest';
import { parseConfig } from './console-config.ts';

const settings = (fields: object) =>
  JSON.stringify({ base: './', api: '/api', auth: 'host', title: 'Jobs', ...fields });

test.each([
  ['https://shop.example/admin/jobs/', './', '/admin/jobs'],
  ['https://shop.example/admin/jobs/jobs/nightly?q=1#log', '../', '/admin/jobs'],
  ['https://shop.example/jobs', './', ''],
])('the page at %s belongs to the console at its base', (address, base, path) => {
  expect(parseConfig(settings({ base }), address).base).toBe(path);
});

test('the API is at a path of the origin, or beside the console', () => {
  const at = (api: string) =>
    parseConfig(settings({ base: '../', api }), 'https://shop.example/x/admin/jobs/runs/1').apiUrl;
  expect(at('/admin/api')).toBe('https://shop.example/admin/api');
  expect(at('../api')).toBe('https://shop.example/x/admin/api');
});

test('settings of another version are an error', () => {
  expect(() => parseConfig('"__CONSOLE_CONFIG__"', 'https://shop.example/')).toThrow('no settings');
  expect(() => parseConfig(settings({ auth: 'x' }), 'https://shop.example/')).toThrow('unknown "auth"');
  expect(() => parseConfig(settings({ title: 1 }), 'https://shop.example/')).toThrow('no "title"');
});
