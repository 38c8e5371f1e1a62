import { Tooltip } from '@mantine/core';
import type { LiveState } from '../../live/follow.ts';
import { useLive } from '../../live/live.tsx';
import { clockText } from '../../ui/clock/time-text.ts';
import { useZone, type Zone } from '../../ui/clock/zone.tsx';
import classes from './live-mark.module.css';

/** Whether the page is up to date. */
export function LiveMark() {
  const live = useLive();
  const { zone } = useZone();
  const { word, means } = wordsOf(live, zone);
  return (
    <Tooltip label={means} multiline maw={280} events={{ hover: true, focus: true, touch: true }}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach it, too */}
      <span className={classes.mark} data-kind={live.kind} tabIndex={0} role="status">
        <span className={classes.dot} aria-hidden="true" />
        {word}
      </span>
    </Tooltip>
  );
}

function wordsOf(live: LiveState, zone: Zone): { readonly word: string; readonly means: string } {
  switch (live.kind) {
    case 'live':
      return { word: 'Live', means: 'This page updates as things happen.' };
    case 'connecting':
      return { word: 'Connecting', means: 'Opening the event stream.' };
    case 'reconnecting':
      return {
        word: `Reconnecting since ${clockText(live.since, zone)}`,
        means: 'The event stream was lost. The page reconnects and then reads what it missed.',
      };
    case 'polling':
      return {
        word: 'Every 5 s',
        means:
          'The server sends no live events, perhaps because all its event streams are in use. This page reloads its data every 5 seconds.',
      };
    case 'offline':
      return {
        word: `Offline since ${clockText(live.since, zone)}`,
        means: 'The server does not answer. The page tries again every 5 seconds.',
      };
    case 'paused':
      return { word: 'Paused', means: 'This tab was hidden, so updates stopped.' };
    case 'signed-out':
      return {
        word: 'Signed out',
        means: 'Your session has ended. Sign in again to update this page.',
      };
    default:
      return live satisfies never;
  }
}
