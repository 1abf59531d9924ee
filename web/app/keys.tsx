/** Keys: `g o` overview, `g q` requests, `g e` events, `g p` first pool, `n` add a backend, `?` all of them. */
import { Kbd, Modal, Table } from '@mantine/core'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useStatus } from '../lib/live.ts'

const help: [string[], string][] = [
  [['Ctrl', 'K'], 'Search and commands'],
  [['g', 'o'], 'Overview'],
  [['g', 'p'], 'First pool'],
  [['g', 'q'], 'Requests'],
  [['g', 'e'], 'Events'],
  [['n'], 'Add a backend'],
  [['/'], 'Filter (requests page)'],
  [['j', 'k'], 'Next and previous backend or request'],
  [['x'], 'Select the backend'],
  [['d'], 'Drain or activate it'],
  [['?'], 'This list'],
]

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

export function useKeys(onHelp: () => void): void {
  const navigate = useNavigate()
  const { pool } = useParams({ strict: false })
  const pools = useStatus()?.pools
  const first = pools?.[0]?.id
  const several = (pools?.length ?? 0) > 1
  const went = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    const go = (key: string) => {
      if (key === 'o') void navigate({ to: '/' })
      else if (key === 'q') void navigate({ to: '/requests' })
      else if (key === 'e') void navigate({ to: '/events' })
      else if (key === 'p' && first !== undefined) void navigate({ to: '/pools/$pool', params: { pool: first } })
    }
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return
      if (document.querySelector('[role=dialog]') !== null) return
      const waiting = performance.now() - went.current < 1000
      went.current = Number.NEGATIVE_INFINITY
      if (waiting) return go(event.key)
      if (event.key === 'g') went.current = performance.now()
      else if (event.key === '?') onHelp()
      else if (event.key === 'n') {
        // Of several pools the dialog asks for one: the first is as likely wrong as right.
        const into = pool ?? (several ? undefined : first)
        if (first !== undefined) {
          event.preventDefault()
          void navigate({
            to: '.',
            search: (before) => ({ ...before, dialog: 'add-backend' as const, in: into }),
            resetScroll: false,
          })
        }
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [navigate, pool, first, several, onHelp])
}

export function KeyHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Table>
        <Table.Tbody>
          {help.map(([keys, text]) => (
            <Table.Tr key={text}>
              <Table.Td>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{text}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}
