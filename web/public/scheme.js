/* Sets the colour scheme before the first paint: the remembered one, else that of the system. */
;(() => {
  let kept = null
  try {
    kept = window.localStorage.getItem('evenkeel-scheme')
  } catch {
    kept = null
  }
  const system = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  const scheme = kept === 'dark' || kept === 'light' ? kept : system
  document.documentElement.setAttribute('data-mantine-color-scheme', scheme)
})()
