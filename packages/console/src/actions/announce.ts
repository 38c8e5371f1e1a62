import { notifications } from '@mantine/notifications';
import { faultWords } from '../ui/feedback/fault-words.ts';

// Long enough to read the text twice. A pointer on a notice keeps it open.
const DONE_MS = 5_000;
const PROBLEM_MS = 20_000;

/** Shows that an action succeeded. */
export function announceDone(message: string): void {
  notifications.show({ message, color: 'green', autoClose: DONE_MS, withBorder: true });
}

/** Shows that an action failed, and why. */
export function announceFailure(title: string, error: unknown): void {
  const { advice, detail, title: what } = faultWords(error);
  announceProblem(title, detail ?? `${what}. ${advice}`);
}

/** {@link announceFailure} with a text of the console's own. Replaces the notice with the same title. */
export function announceProblem(title: string, message: string): void {
  notifications.hide(title);
  notifications.show({ id: title, title, message, color: 'red', autoClose: PROBLEM_MS, withBorder: true });
}

/** Closes the notice with this title: the action has succeeded by now. */
export function withdrawProblem(title: string): void {
  notifications.hide(title);
}
