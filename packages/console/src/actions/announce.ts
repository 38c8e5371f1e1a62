import { notifications } from '@mantine/notifications';
import { faultWords } from '../ui/feedback/fault-words.ts';

// Long enough to read the text twice. Errors stay until they are closed.
const DONE_MS = 5_000;

/** Shows that an action succeeded. */
export function announceDone(message: string): void {
  notifications.show({ message, color: 'green', autoClose: DONE_MS, withBorder: true });
}

/** Shows that an action failed, and why. */
export function announceFailure(title: string, error: unknown): void {
  const { advice, detail, title: what } = faultWords(error);
  announceProblem(title, detail ?? `${what}. ${advice}`);
}

/** {@link announceFailure} with a text of the console's own. */
export function announceProblem(title: string, message: string): void {
  notifications.show({ title, message, color: 'red', autoClose: false, withBorder: true });
}
