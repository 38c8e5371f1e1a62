import { expect, test } from 'vitest';
import { canCompileLayers } from '../../../scripts/rehearsal/faults/layer.ts';
import { rehearsePower } from '../../../scripts/rehearsal/power/rehearse-power.ts';

// The short form of `npm run rehearse -- power`: one process under load, killed, and a disk for each kind of loss.
test.runIf(canCompileLayers())(
  'each disk that a power loss leaves opens with all that was told as durable',
  async () => {
    const shown: string[] = [];
    const say = (line: string) => void shown.push(line);
    const result = await rehearsePower({ disks: 10, seed: 1, lives: [1_500], say });
    expect(result.violations, shown.join('\n')).toBe(0);
    expect(result.facts).toBeGreaterThan(0);
  },
  120_000,
);
