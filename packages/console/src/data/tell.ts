import { notifications } from '@mantine/notifications';
import { faultWords } from '../parts/fault-words.ts';

// Long enough to read twice; what failed stays until it is closed.
const DONE_MS = 5_000;

/** Says that something was done. */
export function tellDone(isQuiet: boolean | undefined, message: string): void {
  if (isQuiet === true) return;
  notifications.show({ message, color: 'green', autoClose: DONE_MS, withBorder: true });
}

/** Says that something could not be done, and why. */
export function tellFailed(isQuiet: boolean | undefined, title: string, error: unknown): void {
  if (isQuiet === true) return;
  const { advice, detail, title: what } = faultWords(error);
  notifications.show({
    title,
    message: detail ?? `${what}. ${advice}`,
    color: 'red',
    autoClose: false,
    withBorder: true,
  });
}
