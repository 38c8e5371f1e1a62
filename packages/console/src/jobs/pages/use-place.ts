import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { type JobFilters, writeFilters } from '../filter/filters.ts';
import { type PageMarks, thinned } from './page-marks.ts';

/** Where somebody was in a list. */
interface Place {
  readonly marks: PageMarks;
  /** How far it was scrolled, in pixels. */
  readonly offset: number;
  readonly activeId: string | undefined;
}

/**
 * Remembers where somebody was when the list is left for a job, so that the way back leads there: for a
 * while, in this tab. The answer is that place, as long as the list is the one that came back, and a function
 * to say where one is now.
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
      client.setQueryData(keyOf(left), { ...place, marks: thinned(place.marks, []) });
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
