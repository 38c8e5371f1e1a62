import type { Calendar } from '@greenvue/jobs/client';

/** A window in a few words, such as `sat,sun` or `mon,tue 22:00–06:00`. */
export function windowText(window: Calendar['windows'][number]): string {
  const {
    weekdays,
    from,
    to,
    from_date: fromDate,
    to_date: toDate,
    start_at: startAt,
    end_at: endAt,
  } = window;
  if (weekdays !== undefined) {
    const isWhole = from === '00:00' && to === '24:00';
    return `${weekdays.join(',')}${isWhole ? '' : ` ${from}–${to}`}`;
  }
  if (fromDate !== undefined)
    return fromDate === toDate ? `${fromDate} each year` : `${fromDate}–${toDate} each year`;
  return `${startAt}–${endAt}`;
}
