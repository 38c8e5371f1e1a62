import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

/** The accent color: white text on shade 6 has a contrast of 5:1. */
const LEAF: MantineColorsTuple = [
  '#edf7f0',
  '#d6ebdd',
  '#b0d9bf',
  '#84c49c',
  '#5cb380',
  '#35965d',
  '#1f7a46',
  '#19683b',
  '#145531',
  '#0d3d23',
];

/** Greys with a tint of green. Shade 7 is the background of the dark scheme, shade 0 its text. */
const DARK: MantineColorsTuple = [
  '#dbe0dd',
  '#bcc3bf',
  '#9aa39e',
  '#6f7873',
  '#434a46',
  '#353b38',
  '#272c2a',
  '#171a19',
  '#111413',
  '#0b0d0c',
];

const RED: MantineColorsTuple = [
  '#fdeeee',
  '#f9d9d9',
  '#f2b1b1',
  '#ec8787',
  '#e66565',
  '#d94545',
  '#c22f2f',
  '#a82525',
  '#8c1d1d',
  '#6e1515',
];

const SYSTEM_FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif';

const FONT_MONOSPACE =
  'ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace';

/** The console's look: a dense type scale based on 14 pixels, and one green. */
export const theme = createTheme({
  primaryColor: 'leaf',
  primaryShade: { light: 6, dark: 6 },
  colors: { leaf: LEAF, green: LEAF, red: RED, dark: DARK },
  fontFamily: SYSTEM_FONT,
  fontFamilyMonospace: FONT_MONOSPACE,
  headings: { fontFamily: SYSTEM_FONT, fontWeight: '650' },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  defaultRadius: 'sm',
  radius: { xs: '3px', sm: '6px', md: '10px', lg: '14px', xl: '24px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Mantine's scroll lock writes a style element, which the CSP forbids: see styles.css.
    Modal: {
      defaultProps: {
        lockScroll: false,
        transitionProps: { duration: 120 },
        yOffset: '10dvh',
        closeButtonProps: { 'aria-label': 'Close' },
        // A `header` element would be a second landmark.
        attributes: { header: { role: 'presentation' } },
      },
      styles: { header: { backgroundColor: 'var(--panel)' }, title: { fontSize: '1rem', fontWeight: 650 } },
    },
    Notification: {
      defaultProps: { closeButtonProps: { 'aria-label': 'Close' } },
      styles: { description: { color: 'var(--mantine-color-text)' } },
    },
    Drawer: { defaultProps: { lockScroll: false } },
    // A menu may contain only its items, so it gets no placeholder before them.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false } },
    Tooltip: { defaultProps: { openDelay: 200, withArrow: true, multiline: true, maw: 320, fz: 'xs' } },
    Paper: { styles: { root: { backgroundColor: 'var(--panel)' } } },
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm' } },
    Button: { defaultProps: { size: 'sm' } },
  },
});

const SHARED = {
  '--accent': 'var(--mantine-color-leaf-6)',
  '--mantine-line-height': '1.5',
};

/**
 * Colors where Mantine's own have too little contrast, and the colors of the statuses (WCAG 2.2 AA on
 * background and panel).
 */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: SHARED,
  light: {
    '--mantine-color-body': '#f6f8f7',
    '--mantine-color-text': '#1a211d',
    '--mantine-color-dimmed': '#59635e',
    '--mantine-color-placeholder': '#6a746f',
    '--mantine-color-error': '#b82a2a',
    '--mantine-color-anchor': '#19683b',
    '--mantine-color-default-border': '#c9d1cd',
    '--panel': '#ffffff',
    '--line': '#dfe5e2',
    '--hover': '#eef3f0',
    '--status-succeeded': '#17713f',
    '--status-failed': '#b82a2a',
    '--status-running': '#1860a8',
    '--status-queued': '#6447b5',
    '--status-cancelled': '#59635e',
    '--status-skipped': '#85580a',
    '--status-warning': '#8f5100',
  },
  dark: {
    '--mantine-color-dimmed': '#9aa39e',
    '--mantine-color-placeholder': '#8b948f',
    '--mantine-color-error': '#ff8f8f',
    '--mantine-color-anchor': '#6cc690',
    '--accent': '#4fb478',
    '--panel': '#1e2221',
    '--line': '#303634',
    '--hover': '#272c2a',
    '--status-succeeded': '#62cc8c',
    '--status-failed': '#ff8f8f',
    '--status-running': '#7cbcff',
    '--status-queued': '#b9a6f5',
    '--status-cancelled': '#a3aca7',
    '--status-skipped': '#e0b45c',
    '--status-warning': '#f0b352',
  },
});
