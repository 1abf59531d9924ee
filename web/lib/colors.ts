/** Colours of marks in charts: told apart by colour-blind people as well (Okabe and Ito). Text uses the theme's own tints. */
export const STATUS_COLORS = {
  s1xx: '#9aa3ad',
  s2xx: '#009E73',
  s3xx: '#56B4E9',
  s4xx: '#E69F00',
  s5xx: '#D55E00',
  ours: '#CC79A7',
  aborted: '#8a8f98',
} as const

/** Lines of several backends: colour and dash together. */
export const LINE_COLORS = ['#0072B2', '#E69F00', '#009E73', '#CC79A7', '#56B4E9', '#D55E00', '#8f7a00', '#7b8794']
export const LINE_DASHES = ['0', '6 3', '2 3', '8 3 2 3']
