/** Look: one accent, one neutral scale, Inter with tabular figures, 4 px grid. Colours of states are in app.css. */
import { createTheme, type MantineColorsTuple } from '@mantine/core'

const accent: MantineColorsTuple = [
  '#eaf2ff',
  '#d3e3fd',
  '#a6c7fa',
  '#75a8f6',
  '#4c8ef1',
  '#2f7cee',
  '#1769e0',
  '#0f58c2',
  '#0a4aa6',
  '#063a86',
]

/** Mantine's own greys for the dark scheme, on the scale of app.css: texts, borders, inputs and menus, panels, ground. */
const dark: MantineColorsTuple = [
  '#e7eaee',
  '#b9c1ca',
  '#98a2ae',
  '#7f8a97',
  '#2c333c',
  '#242a32',
  '#171b21',
  '#12151a',
  '#0f1216',
  '#0c0e11',
]

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 6 },
  colors: { accent, dark },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, monospace",
  defaultRadius: 6,
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '32px' },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close the message' } } },
    Tooltip: { defaultProps: { openDelay: 300 } },
    Modal: { defaultProps: { radius: 10, centered: false, overlayProps: { backgroundOpacity: 0.5 } } },
  },
})
