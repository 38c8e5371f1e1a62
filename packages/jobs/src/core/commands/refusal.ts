export type RefusalCode =
  | 'overlap'
  | 'too_many_live_runs'
  | 'too_many_put_off'
  | 'run_at_past'
  | 'no_slot_left'
  | 'run_at_not_allowed'
  | 'until_past'
  | 'finished'
  | 'type_changed'
  | 'other_type'
  | 'no_payload'
  | 'too_many_jobs'
  | 'no_past_slots'
  | 'no_calendar'
  | 'no_secret'
  | 'slot_done'
  | 'no_upstream'
  | 'circle'
  | 'paused'
  | 'declared'
  | 'newer_options';

/** A command that the rules refuse; nothing is written. `pointer`: the field at fault, if there is one. */
export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly detail: string;
  readonly pointer?: string;
}

export function refused(code: RefusalCode, detail: string, pointer?: string): Refusal {
  return { ok: false, code, detail, ...(pointer === undefined ? {} : { pointer }) };
}
