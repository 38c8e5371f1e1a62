import { describe } from 'vitest';
import { journey } from './journey.ts';

describe('koa/server.ts', () => journey({ programs: ['koa/server.ts'], answersOpenRequests: true }));
