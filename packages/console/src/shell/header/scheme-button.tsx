import { ActionIcon, type MantineColorScheme, Tooltip, useMantineColorScheme } from '@mantine/core';
import { MoonIcon, ScreenIcon, SunIcon } from '../../ui/icons.tsx';

const NEXT: Readonly<Record<MantineColorScheme, MantineColorScheme>> = {
  auto: 'light',
  light: 'dark',
  dark: 'auto',
};

const NAMES: Readonly<Record<MantineColorScheme, string>> = {
  auto: 'system',
  light: 'light',
  dark: 'dark',
};

export function SchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const next = NEXT[colorScheme];
  return (
    <Tooltip label={`Colors: ${NAMES[colorScheme]}. Change to ${NAMES[next]}`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={`Colors: ${NAMES[colorScheme]}. Change to ${NAMES[next]}`}
        onClick={() => setColorScheme(next)}
      >
        <SchemeIcon scheme={colorScheme} />
      </ActionIcon>
    </Tooltip>
  );
}

function SchemeIcon({ scheme }: { readonly scheme: MantineColorScheme }) {
  if (scheme === 'auto') return <ScreenIcon size={18} />;
  return scheme === 'light' ? <SunIcon size={18} /> : <MoonIcon size={18} />;
}
