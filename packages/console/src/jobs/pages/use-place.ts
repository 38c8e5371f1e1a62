import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type JobFilters, writeFilters } from '../filter/filters.ts';
import { type PageMarks, withJobsOnlyOf } from './page-marks.ts';

interface Place {
  readonly marks: PageMarks;
  /** The scroll offset in pixels. */
  readonly offset: number;
  readonly activeId: string | undefined;
}

/**
 * Remembers the position in a list for a while in this tab, so that the Back button restores it. Returns the
 * position if the same list came back, and a function that records it.
 */
export function usePlace(filters: JobFilters): readonly [Place | undefined, (now: Place) => void] {
  const client = useQueryClient();
  const name = writeFilters(filters);
  const [found] = useState(() => ({ name, place: client.getQueryData<Place>(keyOf(name)) }));
  const latest = useRef<{ readonly name: string; readonly place: Place } | undefined>(undefined);
  useEffect(
    () => () => {
      if (latest.current === undefined) return;
      const { name: left, place } = latest.current;
      client.setQueryData(keyOf(left), { ...place, marks: withJobsOnlyOf(place.marks, []) });
    },
    [client],
  );
  const remember = (place: Place): void => {
    latest.current = { name, place };
  };
  return [found.name === name ? found.place : undefined, remember];
}

function keyOf(name: string): readonly unknown[] {
  return ['jobs-place', name];
}
