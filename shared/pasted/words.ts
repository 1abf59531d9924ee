/** Cuts a line into words and statements as configuration files do: quotes, `#` comments, `;`, and braces of blocks. */

export interface Statement {
  words: string[]
  /** What ends it: a semicolon, a brace, or the line. */
  end: ';' | '{' | '}' | ''
}

/** A variable or placeholder, whose braces open no block: `${WEB1}`, `{$PORT}`, `{env.HOST}`, `{{ host }}`. */
const VARIABLE = /\$\{[^{}]*\}|\{\{[^{}]*\}\}|\{[\w.$:-]+\}/y

/** Statements of one line; the last may have no words. Linear in the length of the line. */
export function statements(line: string): Statement[] {
  const found: Statement[] = []
  let words: string[] = []
  let word: string | undefined
  const endWord = () => {
    if (word !== undefined) words.push(word)
    word = undefined
  }
  const endStatement = (end: Statement['end']) => {
    endWord()
    found.push({ words, end })
    words = []
  }
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at)
    if (char === '#' && word === undefined) break
    if (char === ' ' || char === '\t' || char === '\r' || char === '\u00a0') endWord()
    else if (char === '"' || char === "'") {
      let close = at + 1
      while (close < line.length && line.charAt(close) !== char) close += line.charAt(close) === '\\' ? 2 : 1
      word = (word ?? '') + line.slice(at + 1, close)
      at = close
    } else if (char === '\\' && at + 1 < line.length) word = (word ?? '') + line.charAt(++at)
    else if (char === ';') endStatement(';')
    else {
      VARIABLE.lastIndex = at
      const variable = char === '$' || char === '{' ? VARIABLE.exec(line)?.[0] : undefined
      if (variable !== undefined) {
        word = (word ?? '') + variable
        at += variable.length - 1
      } else if (char === '{' || char === '}') endStatement(char)
      else word = (word ?? '') + char
    }
  }
  endStatement('')
  return found
}

/** All words of a line, whatever ends its statements. */
export function wordsOf(line: string): string[] {
  return statements(line).flatMap(({ words }) => words)
}
