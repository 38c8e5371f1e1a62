import { useState } from 'react';
import { useViewer } from '../session/session.tsx';
import { keyOf } from '../session/viewer.ts';
import { readSetting, writeSetting } from '../ui/settings.ts';
import { readViews, type View, withoutView, withView, writeViews } from './saved-views.ts';

/** The views that this account saved in this browser, and how to change them. */
export function useViews() {
  const setting = `views-${keyOf(useViewer())}` as const;
  const [views, setViews] = useState(() => readViews(readSetting(setting)));
  const change = (changed: (views: readonly View[]) => readonly View[]): void => {
    // Another tab may have saved one since.
    const next = changed(readViews(readSetting(setting)));
    writeSetting(setting, writeViews(next));
    setViews(next);
  };
  return {
    views,
    save: (view: View) => change((before) => withView(before, view)),
    remove: (view: View) => change((before) => withoutView(before, view)),
  };
}
