/** The filter line with its words explained, and what is wrong with what was typed. */
import { ActionIcon, Button, Popover, TextInput } from '@mantine/core'
import { IconFilter, IconHelp, IconX } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { type Filter, filterWords, toggleWord } from './filter.ts'

/** A pause in typing of this length applies the filter, in milliseconds. */
const SETTLED_MS = 250
const quick: readonly (readonly [string, string])[] = [
  ['Errors', 'status:5xx'],
  ['Slow', 'logged:slow'],
  ['Client left', 'outcome:client-aborted'],
]

export interface FilterBarProps {
  filter: Filter
  onChange: (line: string) => void
}

function Words({ onPick }: { onPick: (word: string) => void }) {
  return (
    <Popover width={360} position="bottom-end" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="What can be written here">
          <IconHelp size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        <p className="ek-dim ek-req-hint">Words add up. Choose one to put it into the line.</p>
        <ul className="ek-req-words">
          {filterWords.map(([example, meaning]) => (
            <li key={example}>
              <button type="button" onClick={() => onPick(example)}>
                <code>{example}</code>
                <span className="ek-dim">{meaning}</span>
              </button>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  )
}

export function FilterBar({ filter, onChange }: FilterBarProps) {
  const [text, setText] = useState(filter.line)
  const input = useRef<HTMLInputElement>(null)
  const applied = useRef(filter.line)
  // The address may change by itself: back, forward, a quick filter.
  useEffect(() => {
    if (filter.line === applied.current) return
    applied.current = filter.line
    setText(filter.line)
  }, [filter.line])
  const apply = (line: string) => {
    applied.current = line.trim()
    onChange(applied.current)
  }
  const set = (line: string) => {
    setText(line)
    apply(line)
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: only typing starts the wait
  useEffect(() => {
    if (text.trim() === applied.current) return
    const settled = setTimeout(() => apply(text), SETTLED_MS)
    return () => clearTimeout(settled)
  }, [text])
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)
      if (event.key !== '/' || typing || document.querySelector('[role=dialog]') !== null) return
      event.preventDefault()
      input.current?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  const bad = filter.problems.length > 0
  return (
    <div className="ek-req-filter">
      <TextInput
        ref={input}
        aria-label="Filter"
        placeholder="status:5xx pool:app path:/login ms>500"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') apply(text)
          else if (event.key === 'Escape' && text !== '') set('')
        }}
        leftSection={<IconFilter size={16} aria-hidden />}
        rightSectionWidth={text === '' ? 36 : 64}
        rightSection={
          <span className="ek-req-inside">
            {text !== '' && (
              <ActionIcon variant="subtle" color="gray" aria-label="Clear the filter" onClick={() => set('')}>
                <IconX size={16} />
              </ActionIcon>
            )}
            <Words
              onPick={(word) => {
                set(toggleWord(text, word))
                requestAnimationFrame(() => input.current?.focus())
              }}
            />
          </span>
        }
        classNames={{ input: 'mono' }}
        autoComplete="off"
        spellCheck={false}
        error={bad}
        aria-describedby={bad ? 'requests-filter-problems' : undefined}
      />
      <fieldset className="ek-req-quick">
        <legend className="ek-hidden">Quick filters</legend>
        {quick.map(([label, word]) => {
          const on = filter.line.split(' ').includes(word)
          return (
            <Button
              key={word}
              size="compact-sm"
              variant={on ? 'light' : 'default'}
              aria-pressed={on}
              title={word}
              onClick={() => set(toggleWord(text, word))}
            >
              {label}
            </Button>
          )
        })}
      </fieldset>
      <div id="requests-filter-problems" role="status" className="ek-req-problems">
        {filter.problems.map(({ word, problem }) => (
          <div key={word} className="ek-bad">
            Left out: <span className="mono">{word}</span> – {problem}
          </div>
        ))}
      </div>
    </div>
  )
}
