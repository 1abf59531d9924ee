/**
 * A YAML document as plain values: aliases and merge keys (`<<`) are written out. What is written out is bounded, because a few lines
 * of aliases of aliases stand for billions of values.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, visit, type YAMLMap } from 'yaml'

/** Most levels of lists and objects in each other. */
export const DEEPEST = 40
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype'])

/** A fault at a place of the text. */
export class YamlFault extends Error {
  override readonly name = 'YamlFault'
  /** Offset in the text. */
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

/** What each alias stands for: the latest node before it with that anchor. */
function resolveAliases(document: Document.Parsed): Map<Node, Node> {
  const anchors = new Map<string, Node>()
  const targets = new Map<Node, Node>()
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source)
        if (target !== undefined) targets.set(node, target)
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node)
    },
  })
  return targets
}

class Reader {
  private readonly targets: Map<Node, Node>
  /** Being read: an alias to one of them would never end. */
  private readonly open = new Set<Node>()
  /** The outermost alias that is being written out: the place to tell when it is too much. */
  private writingOut: Node | undefined
  private readonly most: number
  private left: number

  constructor(document: Document.Parsed, most: number) {
    this.targets = resolveAliases(document)
    this.most = most
    this.left = most
  }

  value(node: unknown, depth: number): unknown {
    if (node === null || node === undefined) return null
    const one = node as Node
    if (isAlias(one)) return this.behind(one, one.source, depth)
    this.spend(one, 2)
    if (isScalar(one)) {
      if (typeof one.value === 'string') this.spend(one, one.value.length)
      return typeof one.value === 'symbol' ? one.source : one.value
    }
    if (depth >= DEEPEST) throw new YamlFault(start(one), `nested more than ${DEEPEST} deep`)
    this.open.add(one)
    const value = isMap(one) ? this.map(one, depth) : isSeq(one) ? this.list(one.items, depth) : undefined
    this.open.delete(one)
    return value
  }

  private spend(node: Node, characters: number): void {
    this.left -= characters
    if (this.left < 0)
      throw new YamlFault(
        start(this.writingOut ?? node),
        `with its aliases written out the document has more than ${this.most} characters; use fewer aliases`,
      )
  }

  private list(items: readonly unknown[], depth: number): unknown[] {
    return items.map((item) => this.value(item, depth + 1))
  }

  private behind(alias: Node, name: string, depth: number): unknown {
    const target = this.targets.get(alias)
    if (target === undefined)
      throw new YamlFault(start(alias), `there is no anchor &${name} before *${name}; write it, or write the value out`)
    if (this.open.has(target))
      throw new YamlFault(start(alias), `*${name} stands inside of what it names; write the value out`)
    const outer = this.writingOut
    this.writingOut ??= alias
    const value = this.value(target, depth)
    this.writingOut = outer
    return value
  }

  private map(node: YAMLMap, depth: number): Record<string, unknown> {
    const own: Record<string, unknown> = {}
    const merged: Record<string, unknown>[] = []
    for (const pair of node.items) {
      if (isMergeKey(pair)) merged.push(...this.sources(pair, depth))
      else own[this.key(pair, node)] = this.value(pair.value, depth + 1)
    }
    // What the object itself says comes before what it merges, and an earlier source before a later one.
    for (const source of merged) {
      for (const [name, value] of Object.entries(source)) if (!Object.hasOwn(own, name)) own[name] = value
    }
    return own
  }

  private key({ key }: Pair, map: YAMLMap): string {
    const at = (key as Node | null) ?? map
    const value = isAlias(at) || isScalar(at) ? this.value(at, DEEPEST) : undefined
    if (value === undefined || value === null || typeof value === 'object')
      throw new YamlFault(start(at), 'a field needs a name; write one before ":"')
    const name = String(value)
    if (FORBIDDEN.has(name)) throw new YamlFault(start(at), `a field cannot be called "${name}"`)
    this.spend(at, name.length)
    return name
  }

  /** The objects that `<<:` takes in: one, or a list of them. */
  private sources({ key, value }: Pair, depth: number): Record<string, unknown>[] {
    const merged = this.value(value, depth)
    const sources = Array.isArray(merged) ? merged : [merged]
    for (const source of sources) {
      if (typeof source !== 'object' || source === null || Array.isArray(source))
        throw new YamlFault(start(key as Node), '"<<" takes in objects; write <<: *name of one, or a list of such')
    }
    return sources as Record<string, unknown>[]
  }
}

function start(node: Node): number {
  return node.range?.[0] ?? 0
}

/** `<<` without quotes, as YAML 1.1 has it and most programs take it. */
function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && typeof key.value === 'symbol' && key.value.description === '<<'
}

/** The value of a document that was parsed without errors; `most` bounds its characters with all aliases written out. Throws `YamlFault`. */
export function yamlValue(document: Document.Parsed, most: number): unknown {
  return new Reader(document, most).value(document.contents, 0)
}
