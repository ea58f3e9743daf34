import { createTheme, type MantineColorsTuple } from '@mantine/core';

const moss: MantineColorsTuple = [
  '#e8f6f1', '#d3ebe3', '#a7d7c8', '#78c3ab', '#52b193', '#2f9d80', '#0b7a63', '#0a6d59', '#085c4b', '#064a3d',
];

// Neutral greys with a little blue; Mantine's dark scheme builds on these.
const dark: MantineColorsTuple = [
  '#dfe1e4', '#b8bcc2', '#9a9da3', '#70757d', '#3d4148', '#2f3339', '#22252a', '#16181c', '#121417', '#0e1012',
];

// The library's own are too pale to read on white, or with white on them.
const red: MantineColorsTuple = [
  '#fdf0ee', '#fbe0dc', '#f3bcb5', '#ee9d94', '#dd6459', '#cf4238', '#b3261e', '#9c2019', '#86190f', '#75150c',
];
const yellow: MantineColorsTuple = [
  '#fff9e6', '#fdf1cc', '#f9e2a0', '#f2cf6d', '#e6b93f', '#d3a01c', '#a87900', '#8f6600', '#765300', '#634500',
];

export const theme = createTheme({
  primaryColor: 'moss',
  primaryShade: { light: 6, dark: 6 },
  colors: { moss, dark, red, yellow },
  defaultRadius: 'sm',
  radius: { sm: '5px', md: '8px' },
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', Ubuntu, Cantarell, 'Helvetica Neue', Arial, sans-serif",
  fontFamilyMonospace:
    "ui-monospace, 'SF Mono', 'Cascadia Code', 'JetBrains Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace",
  headings: { fontWeight: '600' },
  cursorType: 'pointer',
  components: {
    Tooltip: { defaultProps: { openDelay: 400, withArrow: false, fz: 'xs', events: { hover: true, focus: true, touch: false } } },
    Anchor: { defaultProps: { underline: 'always' } },
    Modal: { styles: { title: { fontWeight: 600 } }, defaultProps: { closeButtonProps: { 'aria-label': 'Close' }, centered: true, overlayProps: { backgroundOpacity: 0.4, blur: 2 }, transitionProps: { duration: 120 } } },
    Badge: { styles: { root: { textTransform: 'none' }, label: { fontWeight: 600 } } },
    Loader: { defaultProps: { color: 'var(--accent)' } },
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end', transitionProps: { duration: 80 } } },
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } }, styles: { description: { color: 'var(--mantine-color-dimmed)' } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
  },
});
