import { describe, expect, it } from 'vitest'
import { agentFact, agentWords, hearAgent, NEW_AGENT } from './agent-report.ts'

const said = (...lines: string[]) => lines.reduce((state, line) => hearAgent(state, line) ?? state, NEW_AGENT)

describe('what an agent says', () => {
  it.each([
    [['75%'], { state: 'ready', share: 0.75 }],
    [['0%'], { state: 'ready', share: 0 }],
    [['9999%'], { state: 'ready', share: 10 }],
    [['drain'], { state: 'drain', share: 1 }],
    [['DRAIN 50%'], { state: 'drain', share: 0.5 }],
    [['maint'], { state: 'maint', share: 1 }],
    [['drain', 'ready'], { state: 'ready', share: 1 }],
    [['down#disk full'], { state: 'down', share: 1 }],
    [['failed', '75%'], { state: 'down', share: 0.75 }],
    [['stopped', 'up'], { state: 'ready', share: 1 }],
    // HAProxy keeps the two apart: up says nothing about drain, ready nothing about down.
    [['down', 'ready'], { state: 'down', share: 1 }],
    [['drain', 'up'], { state: 'drain', share: 1 }],
    [['maint', 'down'], { state: 'maint', share: 1 }],
    [['up ready 100%, maxconn:30'], { state: 'ready', share: 1 }],
  ])('%j', (lines, fact) => {
    expect(agentFact(said(...lines))).toEqual(fact)
  })

  it.each(['', '\n', 'hello', '75', '-5%', '5.5%', '%', 'HTTP/1.1 400 Bad Request'])('%j means nothing', (line) => {
    expect(hearAgent(NEW_AGENT, line)).toBeUndefined()
  })

  it('keeps the reason as it was given', () => {
    expect(agentWords(said('50% down#disk full, 100%'))).toBe(
      'its agent says down: disk full, 100%, 50 % of its weight',
    )
    expect(agentWords(said('drain'))).toBe('its agent says drain')
    expect(agentWords(NEW_AGENT)).toBe('its agent says ready')
  })
})
