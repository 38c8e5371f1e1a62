import { useMantineColorScheme } from '@mantine/core';
import { useLocation } from 'wouter';
import { usePauseOfAll } from '../all-paused/use-pause-of-all.ts';
import { useKeyList } from '../keyboard/keys-provider.tsx';
import { useViewer } from '../session/session.tsx';
import { useSignOut } from '../shell/header/use-sign-out.ts';
import { useNavigation } from '../shell/navigation/navigation.ts';
import { useZone } from '../ui/clock/zone.tsx';
import { useHasAccounts } from '../ui/config/config.tsx';
import { USUAL_VIEWS, viewHref } from '../views/saved-views.ts';
import { useViews } from '../views/use-views.ts';
import type { PaletteGroup, PaletteItem } from './palette-groups.ts';

/** The questions before all jobs are paused or resumed. */
export interface AllJobsQuestions {
  readonly onPauseAll: () => void;
  readonly onResumeAll: () => void;
}

/** What the viewer may do and open here, without a search. */
export function useCommands(questions: AllJobsQuestions): readonly PaletteGroup[] {
  const pages = usePages();
  const actions = useActions();
  const all = useAllJobsItems(questions);
  const views = useViewItems();
  const settings = useSettings();
  return [
    { label: 'Actions', items: [...actions, ...all] },
    { label: 'Go to', items: pages },
    { label: 'Views', items: views },
    { label: 'Settings', items: settings },
  ];
}

/** The actions of the open page, newest first, then those of every page. */
function useActions(): readonly PaletteItem[] {
  return useKeyList()
    .filter(({ isOnlyKey }) => isOnlyKey !== true)
    .map(({ key, does, words, run }) => ({
      id: `action:${does}`,
      label: does,
      ...(key === undefined ? {} : { keys: key }),
      ...(words === undefined ? {} : { words }),
      run,
    }));
}

function usePages(): readonly PaletteItem[] {
  const [, navigate] = useLocation();
  const { account } = useViewer();
  const hasAccounts = useHasAccounts();
  const page = (href: string, label: string): PaletteItem => ({
    id: `page:${href}`,
    label,
    words: 'page',
    run: () => navigate(href),
  });
  const { pages, manage } = useNavigation();
  return [
    ...[...pages, ...manage].map(({ href, label }) => page(href, label)),
    ...(account?.kind === 'user' ? [page('/account', 'Password and sessions')] : []),
    ...(hasAccounts
      ? [
          {
            id: 'page:docs',
            label: 'REST API',
            words: 'page docs reference help',
            run: () => void window.open('/docs', '_blank', 'noopener'),
          },
        ]
      : []),
  ];
}

/** Lists with their filters: those that everybody has, and those that the viewer saved. */
function useViewItems(): readonly PaletteItem[] {
  const [, navigate] = useLocation();
  const { views } = useViews();
  return [...USUAL_VIEWS, ...views].map((view, number) => ({
    id: `view:${number}`,
    label: view.name,
    detail: view.list,
    words: 'view',
    run: () => navigate(viewHref(view)),
  }));
}

function useAllJobsItems({ onPauseAll, onResumeAll }: AllJobsQuestions): readonly PaletteItem[] {
  const { mayPause, mayResume } = usePauseOfAll();
  return [
    ...(mayPause
      ? [{ id: 'pause-all', label: 'Pause all jobs', words: 'maintenance', run: onPauseAll }]
      : []),
    ...(mayResume ? [{ id: 'resume-all', label: 'Resume all jobs', run: onResumeAll }] : []),
  ];
}

const SCHEMES = { light: 'light', dark: 'dark', auto: 'as the system' } as const;

function useSettings(): readonly PaletteItem[] {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { zone, setZone } = useZone();
  const signOut = useSignOut();
  const schemes = (['light', 'dark', 'auto'] as const).filter((scheme) => scheme !== colorScheme);
  return [
    ...schemes.map((scheme) => ({
      id: `colors:${scheme}`,
      label: `Colors: ${SCHEMES[scheme]}`,
      words: 'theme look mode',
      run: () => setColorScheme(scheme),
    })),
    zone === 'utc'
      ? { id: 'zone', label: 'Times in your time zone', words: 'local', run: () => setZone('local') }
      : { id: 'zone', label: 'Times in UTC', words: 'time zone', run: () => setZone('utc') },
    ...(signOut === undefined ? [] : [{ id: 'sign-out', label: 'Sign out', words: 'log out', run: signOut }]),
  ];
}
