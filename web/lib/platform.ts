/** How this machine writes its keys. */
const apple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent)

/** The key that commands are given with. */
export const modKey = apple ? '⌘' : 'Ctrl'
