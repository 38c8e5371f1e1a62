import { takeCoverage } from 'node:v8';
import { afterAll } from 'vitest';

// Vitest ends its processes by a signal, and Node writes no coverage then.
afterAll(() => takeCoverage());
