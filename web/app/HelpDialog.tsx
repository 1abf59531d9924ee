/** All keys. */
import { Modal } from '@mantine/core'
import { Kbd } from '../components/Kbd.tsx'
import { modKey } from '../lib/platform.ts'
import styles from './help.module.css'

const keys: [string[], string][] = [
  [[modKey, 'K'], 'Search, go, do'],
  [['g', 'o'], 'Go to the overview'],
  [['g', 'p'], 'Go to the first pool, then to the next'],
  [['g', 'e'], 'Go to events'],
  [['n'], 'Add a backend'],
  [['/'], 'Filter this page'],
  [['j', 'k'], 'Next and previous row of a list'],
  [['x'], 'Select the row'],
  [['d'], 'Drain the row'],
  [['e'], 'Disable or enable the row'],
  [['?'], 'Show this'],
  [['Esc'], 'Close'],
]

export function HelpDialog({ onClose }: { onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title="Keys" size="sm" closeButtonProps={{ 'aria-label': 'Close' }}>
      <dl className={styles.keys}>
        {keys.map(([pressed, does]) => (
          <div key={does}>
            <dt>
              {pressed.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
