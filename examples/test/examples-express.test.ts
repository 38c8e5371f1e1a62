import { describe } from 'vitest';
import { journey } from './journey.ts';

describe('express/server.ts', () => journey({ programs: ['express/server.ts'], answersOpenRequests: true }));
