/** Copies text to the clipboard. */

/**
 * The old way, by a selection. Browsers have `navigator.clipboard` only over TLS and on localhost, and a dashboard in a private network often
 * has neither. Within an open dialog, because it keeps the focus of everything outside of it away.
 */
function copyBySelection(text: string): boolean {
  const before = document.activeElement
  const area = document.createElement('textarea')
  area.value = text
  area.readOnly = true
  area.setAttribute('aria-hidden', 'true')
  area.style.cssText = 'position:fixed;top:0;left:0;opacity:0'
  const home = before?.closest('[role="dialog"]') ?? document.body
  home.append(area)
  area.select()
  try {
    return document.execCommand('copy')
  } finally {
    area.remove()
    if (before instanceof HTMLElement) before.focus({ preventScroll: true })
  }
}

/** Answers whether the text is on the clipboard now. Call it from a click: browsers allow it to nobody else. */
export async function copyText(text: string): Promise<boolean> {
  try {
    // Absent where the page is not secure, whatever the types say.
    if ((navigator.clipboard as Clipboard | undefined) !== undefined) {
      await navigator.clipboard.writeText(text)
      return true
    }
  } catch {
    // Refused, by a policy or because the page lost the focus: the old way may still work.
  }
  return copyBySelection(text)
}
