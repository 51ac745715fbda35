import { createTheme, type CSSVariablesResolver } from '@mantine/core'

/** The one accent colour, which the webchat shares. */
export const ACCENT = '#3b5bdb'

const SYSTEM_FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif'

/** With the blue of the other surfaces. */
const GREYS_OF_THE_DARK = [
  '#d5dae3',
  '#b4bcc9',
  '#a2abb9',
  '#6b7585',
  '#3d4450',
  '#2b303a',
  '#22262e',
  '#171a20',
  '#12151a',
  '#0d0f13',
] as const

export const theme = createTheme({
  primaryColor: 'indigo',
  colors: { dark: GREYS_OF_THE_DARK },
  primaryShade: { light: 8, dark: 8 },
  defaultRadius: 'md',
  fontFamily: SYSTEM_FONTS,
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  headings: { fontFamily: SYSTEM_FONTS, fontWeight: '600' },
  cursorType: 'pointer',
  components: {
    Drawer: { styles: { title: { fontSize: '1.0625rem', fontWeight: 650 } } },
    Modal: { styles: { title: { fontSize: '1.0625rem', fontWeight: 650 } } },
  },
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.9375rem', lg: '1.0625rem', xl: '1.25rem' },
})

/** Surfaces of the page, and quiet colours that can still be read. */
export const cssVariables: CSSVariablesResolver = ({ colors }) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#566070',
    '--mantine-color-placeholder': '#6b7483',
    '--mantine-color-error': colors.red[9],
    '--mantine-color-disabled-color': '#7a8290',
    '--page-back': '#eef0f4',
    '--page-panel': '#ffffff',
    '--page-inset': '#f6f7f9',
    '--page-line': '#dfe3e9',
    '--page-hover': '#eef1f6',
    '--page-chosen': '#e7ecfd',
    '--page-accent': ACCENT,
    '--page-note': '#fff6db',
    '--page-note-line': '#ecd58a',
    '--page-bad': '#b42318',
    '--page-bad-back': '#fdecea',
    '--page-good': '#1c7a3f',
    '--page-warn': '#8a4b00',
    '--page-warn-back': '#fff1dc',
  },
  dark: {
    '--mantine-color-body': '#171a20',
    '--mantine-color-dimmed': '#a2abb9',
    '--mantine-color-placeholder': '#8b95a4',
    '--mantine-color-error': '#ff9c92',
    '--mantine-color-default': '#22262e',
    '--mantine-color-default-hover': '#2b303a',
    '--mantine-color-default-border': '#3d4450',
    '--mantine-color-disabled-color': '#7c8594',
    '--page-back': '#0f1115',
    '--page-panel': '#171a20',
    '--page-inset': '#1e222a',
    '--page-line': '#2d333d',
    '--page-hover': '#242932',
    '--page-chosen': '#232c4a',
    '--page-accent': '#91a7ff',
    '--page-note': '#332b12',
    '--page-note-line': '#6b5a1f',
    '--page-bad': '#ff9c92',
    '--page-bad-back': '#3b1d1b',
    '--page-good': '#6fd695',
    '--page-warn': '#ffc078',
    '--page-warn-back': '#3a2a12',
  },
})
