import { notifications } from '@mantine/notifications';
import { faultWords } from '../ui/feedback/fault-words.ts';

// Long enough to read twice; what failed stays until it is closed.
const DONE_MS = 5_000;

/** Says that something was done. */
export function announceDone(message: string): void {
  notifications.show({ message, color: 'green', autoClose: DONE_MS, withBorder: true });
}

/** Says that something could not be done, and why. */
export function announceFailure(title: string, error: unknown): void {
  const { advice, detail, title: what } = faultWords(error);
  announceProblem(title, detail ?? `${what}. ${advice}`);
}

/** {@link announceFailure}, in words of the console's own. */
export function announceProblem(title: string, message: string): void {
  notifications.show({ title, message, color: 'red', autoClose: false, withBorder: true });
}
