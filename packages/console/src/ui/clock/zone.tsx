import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { readSetting, writeSetting } from '../settings.ts';

/** The time zone in which the console shows times. */
export type Zone = 'local' | 'utc';

interface ZoneChoice {
  readonly zone: Zone;
  readonly setZone: (zone: Zone) => void;
}

const ZoneContext = createContext<ZoneChoice>({
  zone: 'local',
  setZone: () => {
    throw new Error('This component must be inside of <ZoneProvider>.');
  },
});

/** Remembers the chosen time zone in this browser. */
export function ZoneProvider({ children }: { readonly children: ReactNode }) {
  const [zone, setZone] = useState<Zone>(() => (readSetting('zone') === 'utc' ? 'utc' : 'local'));
  const choice = useMemo(
    () => ({
      zone,
      setZone: (chosen: Zone) => {
        writeSetting('zone', chosen);
        setZone(chosen);
      },
    }),
    [zone],
  );
  return <ZoneContext value={choice}>{children}</ZoneContext>;
}

export function useZone(): ZoneChoice {
  return useContext(ZoneContext);
}
