import { type BulkCommand, getBulkCommand } from '@greenvue/jobs/client';
import type { Session } from '../rest/rest-command.ts';

const LOOK_EVERY_MS = 500;

/** Waits until a bulk command is over. Ctrl-C ends the wait; the command continues. */
export async function followBulk(
  { patientApi, sleep, interrupted }: Session,
  id: string,
  onProgress: (ended: number, total: number) => void,
): Promise<BulkCommand> {
  for (;;) {
    const command = await getBulkCommand(patientApi, id);
    onProgress(command.done + command.failed, command.total);
    if (command.status !== 'running' && command.status !== 'cancelling') return command;
    await sleep(LOOK_EVERY_MS, interrupted);
  }
}
