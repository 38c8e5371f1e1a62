import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jobSchema } from '../../../src/http/views/jobs/job.ts';
import { bodyOf, createJob, pointersOf, problemOf, send, sendRaw } from '../requests.ts';
import { type MakeMount, type RestServer, startRestServer } from '../rest-server.ts';

export function bodies(makeMount: MakeMount): void {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer(makeMount);
  });
  afterAll(() => server.close());

  const post = (bytes: Buffer | string, type?: string) =>
    sendRaw(server, 'POST', '/jobs', type === undefined ? { bytes } : { bytes, type });

  const VALID = '{"id":"body","name":"Body","type":"greet","on_demand":true}';

  describe('a body', () => {
    test.each([
      ['cut off', '{"id":'],
      ['with a comment', '{/* */}'],
      ['with a single quote', "{'id':1}"],
      ['with what follows the end', '{}{}'],
      ['with a prototype', '{"__proto__":{"admin":true}}'],
      ['with a prototype, escaped', '{"\\u005f_proto__":{"admin":true}}'],
      ['with a prototype deep inside', '{"payload":{"a":[{"__proto__":1}]}}'],
      ['with a prototype by constructor', '{"constructor":{"prototype":{"x":1}}}'],
      ['nested deeper than 64 levels', `${'['.repeat(65)}${']'.repeat(65)}`],
      ['nested as deep as it gets', '['.repeat(130_000)],
    ])('%s is a 400', async (_what, text) => {
      problemOf(await post(text), 400);
    });

    test('that is not UTF-8 is a 400, rather than stored with its bytes replaced', async () => {
      const bytes = Buffer.concat([
        Buffer.from('{"id":"utf","name":"a'),
        Buffer.from([0xff, 0xc3]),
        Buffer.from('"}'),
      ]);
      problemOf(await post(bytes), 400);
      problemOf(await post(Buffer.from([0xed, 0xa0, 0x80])), 400);
    });

    test('is read with a byte order mark and a charset of UTF-8', async () => {
      const bytes = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(VALID)]);
      bodyOf(await post(bytes, 'application/json; charset="UTF-8"'), 201, jobSchema);
      await send(server, 'DELETE', '/jobs/body');
    });

    test.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/xml',
      'application/problem+json',
      'application/merge-patch+json',
      'application/json; charset=utf-16',
      'nonsense',
    ])('of the type %s is a 415', async (type) => {
      problemOf(await post(VALID, type), 415);
    });

    test('larger than 128 KiB is a 413 that says so', async () => {
      const { detail } = problemOf(await post(`{"name":"${'x'.repeat(131_072)}"}`), 413);
      expect(detail).toContain('larger than 128 KiB');
      expect(pointersOf(await post(`{"name":"${'x'.repeat(131_000)}"}`))).toContain('/name');
    });

    test('of more than 10,000 values is a 400, strings with commas and brackets aside', async () => {
      const { detail } = problemOf(await post(`{"payload":{"a":[${'0,'.repeat(10_000)}0]}}`), 400);
      expect(detail).toBe('The body has more than 10,000 values.');
      const list = (items: number) => `[${'0,'.repeat(items - 1)}0]`;
      problemOf(await post(list(10_000)), 400);
      // The list itself counts: these are the most values allowed.
      expect(pointersOf(await post(list(9_999)))).toEqual(['']);
      problemOf(await post(`[${'[],'.repeat(6_000)}[]]`), 400);
      // Side by side, not nested.
      expect(pointersOf(await post(`[${'[],'.repeat(100)}[]]`))).toEqual(['']);
      expect(pointersOf(await post(`{"name":"${'[,\\"'.repeat(20_000)}"}`))).toContain('/name');
    });

    test('of thousands of unknown members is answered with twenty faults, in its payload as well', async () => {
      const members = (count: number) => Array.from({ length: count }, (_, n) => `"k${n}":0`).join(',');
      expect(pointersOf(await post(`{${members(9_000)}}`))).toHaveLength(20);
      // One further fault of another kind.
      const pointers = pointersOf(await post(VALID.replace('}', `,"payload":{"days":0,${members(5_000)}}}`)));
      expect(pointers).toHaveLength(20);
      expect(pointers).toEqual(expect.arrayContaining(['/payload/days', '/payload/k0']));
    });

    test('that is missing where one is needed is a 422', async () => {
      expect(pointersOf(await send(server, 'POST', '/jobs'))).toEqual(['']);
      expect(pointersOf(await post(''))).toEqual(['']);
    });

    test.each(['null', '1', '"x"', '[]', 'true'])('of JSON that is no object is a 422: %s', async (text) => {
      expect(pointersOf(await post(text))).toEqual(['']);
    });

    test('with a payload nested deeper than 32 levels is a 422', async () => {
      const nested = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`;
      const [pointer] = pointersOf(await post(VALID.replace('}', `,"payload":${nested}}`)));
      expect(pointer).toContain('/payload/a/a');
    });

    test('with a number that JSON can not give back is a 422', async () => {
      expect(pointersOf(await post(VALID.replace('}', ',"payload":{"days":1e999}}')))).toEqual([
        '/payload/days',
      ]);
      expect(pointersOf(await post(VALID.replace('}', ',"max_attempts":1e999}')))).toEqual(['/max_attempts']);
    });

    test('of a DELETE does not hinder it when it is empty', async () => {
      await createJob(server, 'body-delete');
      const response = await sendRaw(server, 'DELETE', '/jobs/body-delete', { bytes: '' });
      expect(response.statusCode).toBe(204);
    });
  });
}
