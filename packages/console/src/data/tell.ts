import { notifications } from '@mantine/notifications';
import { faultWords } from '../parts/fault-words.ts';

// Long enough to read twice; what failed stays until it is closed.
const DONE_MS = 5_000;

/** Says that something was done. */
export function tellDone(message: string): void {
  notifications.show({ message, color: 'green', autoClose: DONE_MS, withBorder: true });
}

/** Says that something could not be done, and why. */
export function tellFailed(title: string, error: unknown): void {
  const { advice, detail, title: what } = faultWords(error);
  notifications.show({
    title,
    message: detail ?? `${what}. ${advice}`,
    color: 'red',
    autoClose: false,
    withBorder: true,
  });
}
