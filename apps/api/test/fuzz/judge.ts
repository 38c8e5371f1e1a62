import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { expect } from 'vitest';
import type { Operation } from './operations.ts';
import type { RawAnswer, RawRequest } from './send.ts';

const INSIDE = [
  /node_modules/,
  /\bat \S+ \(.*:\d+:\d+\)/,
  /\.ts:\d/,
  /SQLITE/i,
  /\bSELECT\b[^"]*\bFROM\b/i,
  /no such (?:table|column)/i,
];

/** Checks answers against an OpenAPI document. */
export interface Judge {
  /**
   * Fails unless the operation documents the answer's status, media type and body, and a problem contains no
   * internals.
   */
  judge(operation: Operation, answer: RawAnswer, request: RawRequest): void;
  /** Whether the document allows a body. */
  allows(operation: Operation, body: unknown): boolean;
}

export function createJudge(document: object): Judge {
  const ajv = new Ajv2020({ strict: false, allErrors: false, validateSchema: false });
  formats.default(ajv);
  ajv.addSchema(document, 'api');
  const compiled = new Map<string, ValidateFunction>();
  const validatorAt = (...path: readonly string[]): ValidateFunction => {
    const pointer = path
      .map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
      .join('');
    const known = compiled.get(pointer) ?? ajv.compile({ $ref: `api#${pointer}` });
    compiled.set(pointer, known);
    return known;
  };
  const at = ({ path, method }: Operation) => ['paths', path, method.toLowerCase()];
  return {
    judge: (operation, answer, request) => {
      const { status, headers, text } = answer;
      const types = operation.answers[status];
      if (types === undefined) throw new Error(`${status} is not documented`);
      if (status >= 500) expect(status).toBe(503);
      expect(headers['x-request-id']).toMatch(/./);
      const type = String(headers['content-type'] ?? '').split(';', 1)[0] ?? '';
      if (types.length === 0) {
        expect(text).toBe('');
        return;
      }
      expect(types).toContain(type);
      // Of lines of JSON, the document has no schema.
      if (type === 'application/x-ndjson') {
        for (const line of text.split('\n').filter(Boolean)) JSON.parse(line);
        return;
      }
      if (!type.endsWith('json')) return;
      const body: unknown = JSON.parse(text);
      const validate = validatorAt(...at(operation), 'responses', String(status), 'content', type, 'schema');
      if (!validate(body)) throw new Error(`not as documented: ${ajv.errorsText(validate.errors)}`);
      if (status >= 400) judgeProblem(answer, request);
    },
    allows: (operation, body) =>
      validatorAt(...at(operation), 'requestBody', 'content', operation.bodyTypes[0] ?? '', 'schema')(body),
  };
}

function judgeProblem({ status, headers, text }: RawAnswer, request: RawRequest): void {
  expect(headers['content-type']).toBe('application/problem+json');
  expect(JSON.parse(text)).toMatchObject({ status, instance: headers['x-request-id'] });
  if (status === 401) expect(headers['www-authenticate']).toMatch(/^Bearer/);
  if (status === 429 || status === 503) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  const said = `${decoded(request.path)} ${request.body ?? ''}`;
  for (const inside of INSIDE) {
    // An answer may repeat what the client sent.
    const [leak] = inside.exec(text) ?? [];
    if (leak !== undefined && !said.includes(leak)) throw new Error(`reveals internals: ${leak}`);
  }
}

function decoded(path: string): string {
  return path.replaceAll(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString(),
  );
}
