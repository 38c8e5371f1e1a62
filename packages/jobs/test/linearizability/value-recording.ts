import { z } from 'zod';
import type { Recording } from './record-history.ts';
import { type HttpAnswer, type RequestLine, type Servers, sendRequest } from './send-request.ts';
import type { ValueAnswer, ValueRequest } from './value-model.ts';

interface ValueRoutes {
  line(request: ValueRequest): RequestLine;
  read(request: ValueRequest, answer: HttpAnswer): ValueAnswer;
}

export const calendarRoutes = (id: string): ValueRoutes => ({
  line: (request) => ({
    method: METHODS[request.kind],
    path: `/calendars/${id}`,
    body: request.kind === 'put' ? { name: request.value, windows: [{ weekdays: ['sun'] }] } : undefined,
  }),
  read(request, { status, body }) {
    if (status === 404 || request.kind === 'remove') return { found: status !== 404 };
    const { name } = z.object({ name: z.string() }).parse(body);
    return { found: true, value: name, ...(request.kind === 'put' ? { created: status === 201 } : {}) };
  },
});

/** No answer shows the value of a secret. */
export const secretRoutes = (name: string): ValueRoutes => ({
  line: (request) => ({
    method: METHODS[request.kind],
    path: request.kind === 'get' ? '/secrets' : `/secrets/${name}`,
    body: request.kind === 'put' ? { value: request.value } : undefined,
  }),
  read(request, { status, body }) {
    if (request.kind === 'remove') return { found: status !== 404 };
    if (request.kind === 'put') return { found: true, created: savedSchema.parse(body).created };
    return { found: secretsSchema.parse(body).data.some((secret) => secret.name === name) };
  },
});

/** The pause of all jobs; its value is its reason. */
export const pauseRoutes: ValueRoutes = {
  line: (request) => ({
    method: request.kind === 'get' ? 'GET' : 'POST',
    path: PAUSE_PATHS[request.kind],
    body: request.kind === 'put' ? { reason: request.value } : undefined,
  }),
  read(request, { body }) {
    const { paused_all: pause } = pausedSchema.parse(body);
    if (request.kind === 'remove' && pause === null) return {};
    return pause === null ? { found: false } : { found: true, value: pause.reason };
  },
};

const PAUSE_PATHS = { get: '/job-pause', put: '/jobs/pause-all', remove: '/jobs/resume-all' };
const pausedSchema = z.object({ paused_all: z.object({ reason: z.string() }).nullable() });
const savedSchema = z.object({ created: z.boolean() });
const secretsSchema = z.object({ data: z.array(z.object({ name: z.string() })) });
const METHODS = { get: 'GET', put: 'PUT', remove: 'DELETE' } as const;

/** Requests for one value. */
export function valueRecording(
  servers: Servers,
  routes: ValueRoutes,
  random: () => number,
): Recording<ValueRequest, ValueAnswer> {
  return {
    random,
    lastRead: { kind: 'get' },
    isRead: ({ kind }) => kind === 'get',
    choose() {
      const chance = random();
      if (chance < 0.45) return { kind: 'get' };
      return chance < 0.8
        ? { kind: 'put', value: `value ${Math.floor(random() * 1_000)}` }
        : { kind: 'remove' };
    },
    async send(request, waitMs) {
      const answer = await sendRequest({ servers, random, waitMs }, routes.line(request));
      return answer && routes.read(request, answer);
    },
  };
}
