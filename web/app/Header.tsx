/** The bar above a page: where one is, how live it is, colour scheme, help, who is signed in. */
import { ActionIcon, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { IconKeyboard, IconMenu2, IconMoon, IconSearch, IconSun } from '@tabler/icons-react'
import { LivePill } from './LivePill.tsx'
import { usePageName } from './page-state.ts'
import styles from './shell.module.css'
import { UserMenu } from './UserMenu.tsx'

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const other = scheme === 'dark' ? 'light' : 'dark'
  return (
    <Tooltip label={`Use ${other} colours`}>
      <ActionIcon
        variant="subtle"
        color="gray"
        onClick={() => setColorScheme(other)}
        aria-label={`Use ${other} colours`}
      >
        {scheme === 'dark' ? <IconSun size={16} stroke={1.8} /> : <IconMoon size={16} stroke={1.8} />}
      </ActionIcon>
    </Tooltip>
  )
}

export interface HeaderProps {
  onMenu: () => void
  onHelp: () => void
  onSearch: () => void
}

export function Header({ onMenu, onHelp, onSearch }: HeaderProps) {
  const name = usePageName()
  return (
    <header className={styles.header}>
      <ActionIcon className={styles.narrow} variant="subtle" color="gray" onClick={onMenu} aria-label="Open navigation">
        <IconMenu2 size={18} stroke={1.8} />
      </ActionIcon>
      <div className={styles.crumbs}>
        <span>{name}</span>
      </div>
      <LivePill />
      <ActionIcon className={styles.narrow} variant="subtle" color="gray" onClick={onSearch} aria-label="Search or do">
        <IconSearch size={16} stroke={1.8} />
      </ActionIcon>
      <Tooltip label="Keys (?)">
        <ActionIcon className={styles.wide} variant="subtle" color="gray" onClick={onHelp} aria-label="Show keys">
          <IconKeyboard size={16} stroke={1.8} />
        </ActionIcon>
      </Tooltip>
      <SchemeToggle />
      <UserMenu />
    </header>
  )
}
