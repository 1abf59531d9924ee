/** Mantine in our clothes: one accent, one neutral scale, hairlines instead of shadows. The values are in tokens.css. */
import {
  Button,
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  Menu,
  Modal,
  Notification,
  PasswordInput,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core'

const hairline = '1px solid var(--ek-line)'
const floating = { border: hairline, boxShadow: 'var(--ek-shadow)', background: 'var(--ek-raised)' }

export const theme = createTheme({
  fontFamily: 'var(--ek-font)',
  fontFamilyMonospace: 'var(--ek-mono)',
  defaultRadius: 'var(--ek-radius)',
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 6 },
  cursorType: 'pointer',
  respectReducedMotion: true,
  focusRing: 'auto',
  colors: {
    accent: [
      '#f3f2fd',
      '#e4e3fa',
      '#c9c6f5',
      '#aca8ee',
      '#908be6',
      '#7570db',
      '#5753c6',
      '#4b47b0',
      '#403c99',
      '#353280',
    ],
  },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '20px', md: '20px', lg: '24px', xl: '28px' },
  headings: { fontWeight: '600' },
  components: {
    Button: Button.extend({ defaultProps: { size: 'sm' }, styles: { label: { fontWeight: 500 } } }),
    Menu: Menu.extend({ defaultProps: { shadow: 'none' }, styles: { dropdown: floating } }),
    Modal: Modal.extend({
      defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45, blur: 2 }, shadow: 'none' },
      styles: {
        content: floating,
        header: { background: 'var(--ek-raised)' },
        title: { fontSize: 16, fontWeight: 600, letterSpacing: '-0.01em' },
      },
    }),
    Notification: Notification.extend({ styles: { root: floating } }),
    PasswordInput: PasswordInput.extend({ defaultProps: { size: 'sm' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'sm' } }),
    Textarea: Textarea.extend({ defaultProps: { size: 'sm' } }),
    Tooltip: Tooltip.extend({
      defaultProps: { openDelay: 300, withArrow: false, events: { hover: true, focus: true, touch: false } },
      styles: {
        tooltip: { ...floating, color: 'var(--ek-text)', fontSize: 12, lineHeight: '16px', padding: '4px 8px' },
      },
    }),
  },
})

const shared = {
  '--mantine-color-body': 'var(--ek-bg)',
  '--mantine-color-text': 'var(--ek-text)',
  '--mantine-color-dimmed': 'var(--ek-muted)',
  '--mantine-color-default': 'var(--ek-surface)',
  '--mantine-color-default-hover': 'var(--ek-hover)',
  '--mantine-color-default-color': 'var(--ek-text)',
  '--mantine-color-default-border': 'var(--ek-line-strong)',
  '--mantine-color-placeholder': 'var(--ek-muted)',
  '--mantine-color-anchor': 'var(--ek-accent-text)',
  '--mantine-color-error': 'var(--ek-5xx-text)',
  '--mantine-primary-color-filled': 'var(--ek-accent)',
}

/** Points Mantine's own variables at ours, for both schemes. */
export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: shared, dark: shared })

export const schemeManager = localStorageColorSchemeManager({ key: 'evenkeel-scheme' })
