import { describe } from 'vitest';
import { journey } from './journey.ts';

// Compiled, because Node does not run decorators.
describe('nestjs/dist/main.js', () =>
  journey({ programs: ['nestjs/dist/main.js'], mayEndBySignal: true, answersOpenRequests: true }));
