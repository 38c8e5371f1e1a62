import type { Calendar } from '../calendars/calendar.ts';
import type { AuditEntry } from './store-commands.ts';

/** The most calendars of an installation. */
export const MOST_CALENDARS = 100;

export function tooManyCalendars(): string {
  return `There are ${MOST_CALENDARS} calendars already. Delete one first.`;
}

/** The part of a calendar that people set. */
export type CalendarDefinition = Pick<Calendar, 'name' | 'timezone' | 'windows'>;

export interface CalendarCommand {
  readonly id: string;
  readonly command:
    | { readonly kind: 'put'; readonly calendar: CalendarDefinition; readonly by?: string | undefined }
    | { readonly kind: 'delete' };
  /** A program declares the calendar, or declares it no more (P28, jobs in code). */
  readonly inCode?: boolean;
  readonly audit?: AuditEntry;
}

export type CalendarCommandResult =
  | { readonly kind: 'done'; readonly calendar: Calendar; readonly isNew: boolean }
  | { readonly kind: 'absent' }
  /** A program declares it: nobody else changes it (P28, jobs in code). */
  | { readonly kind: 'declared' }
  /** There are {@link MOST_CALENDARS} already. */
  | { readonly kind: 'too_many' }
  /** Jobs use it, so it stays: the ids of the first ones. */
  | { readonly kind: 'in_use'; readonly jobIds: readonly string[] };

/** The calendars in the store (P33, calendars and ends). */
export interface CalendarStore {
  /** Creates, replaces or deletes a calendar. */
  changeCalendar(input: CalendarCommand): Promise<CalendarCommandResult>;
  /** By id. */
  listCalendars(): Promise<readonly Calendar[]>;
}
