/**
 * Where the detail of a request is shown: beside the list where there is room, so that both can be used, else over it. The arrow keys
 * lead to the one before and after; the focus stays where it was.
 */
import { ActionIcon, Drawer } from '@mantine/core'
import { IconChevronDown, IconChevronUp, IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'

export interface RequestPanelProps {
  /** Beside the list. */
  beside: boolean
  opened: boolean
  /** "3 of 200"; '' when it is not in the list. */
  place: string
  /** Shows the next newer or older one; undefined: there is none. */
  onNewer: (() => void) | undefined
  onOlder: (() => void) | undefined
  onClose: () => void
  children: ReactNode
}

function Steps({ place, onNewer, onOlder }: Pick<RequestPanelProps, 'place' | 'onNewer' | 'onOlder'>) {
  // Disabled for reading only, so that the focus stays on a button at the end of the list.
  const button = (label: string, keyName: string, act: (() => void) | undefined, icon: ReactNode) => (
    <ActionIcon
      variant="default"
      aria-label={label}
      title={`${label} (${keyName})`}
      aria-disabled={act === undefined}
      data-off={act === undefined || undefined}
      className="ek-req-step"
      onClick={() => act?.()}
    >
      {icon}
    </ActionIcon>
  )
  return (
    <span className="ek-req-steps">
      <span className="ek-dim">{place}</span>
      {button('Newer request', '←', onNewer, <IconChevronUp size={16} />)}
      {button('Older request', '→', onOlder, <IconChevronDown size={16} />)}
    </span>
  )
}

/** Somebody types, chooses from a list, or moves sideways through something that scrolls. */
function needsArrows(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.closest('input, textarea, select, [role=menu], [role=listbox], [role=tablist], pre') !== null) return true
  const scroller = target.closest<HTMLElement>('.ek-scroll')
  return scroller !== null && scroller.scrollWidth > scroller.clientWidth
}

export function RequestPanel(props: RequestPanelProps) {
  const { beside, opened, onNewer, onOlder, onClose, children } = props
  useEffect(() => {
    if (!opened) return
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return
      const dialogs = [...document.querySelectorAll('[role=dialog]')].filter((one) => !one.matches('.ek-req-drawer *'))
      if (dialogs.length > 0 || needsArrows(event.target)) return
      const act =
        event.key === 'ArrowLeft'
          ? onNewer
          : event.key === 'ArrowRight'
            ? onOlder
            : event.key === 'Escape' && beside
              ? onClose
              : undefined
      if (act === undefined) return
      event.preventDefault()
      act()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [opened, beside, onNewer, onOlder, onClose])

  if (!beside) {
    return (
      <Drawer
        opened={opened}
        onClose={onClose}
        position="right"
        size={680}
        className="ek-req-drawer"
        title={
          <span className="ek-req-title">
            Request <Steps {...props} />
          </span>
        }
        closeButtonProps={{ 'aria-label': 'Close' }}
        overlayProps={{ backgroundOpacity: 0.35 }}
      >
        {children}
      </Drawer>
    )
  }
  if (!opened) return null
  return (
    <aside className="ek-panel ek-req-aside" aria-label="Request">
      <header className="ek-panel-head">
        <h2>Request</h2>
        <span className="ek-req-steps">
          <Steps {...props} />
          <ActionIcon variant="subtle" color="gray" aria-label="Close" title="Close (Esc)" onClick={onClose}>
            <IconX size={16} />
          </ActionIcon>
        </span>
      </header>
      <section className="ek-panel-body ek-req-scroll" tabIndex={0} aria-label="Detail of the request">
        {children}
      </section>
    </aside>
  )
}
