import { expect, vi } from 'vitest';
import { CONDITION_MS } from '../../../../scripts/test-deadlines.ts';
import type { UntypedJobs } from '../../src/engine/engine.ts';
import type { BulkCommand } from '../../src/engine/ports/bulk-port.ts';

/** Waits until a bulk command is over. */
export function bulkEnd(engine: UntypedJobs, id: string | undefined): Promise<BulkCommand> {
  return vi.waitFor(async () => {
    const command = await engine.getBulkCommand(String(id));
    expect(['running', 'cancelling']).not.toContain(command.status);
    return command;
  }, CONDITION_MS);
}
