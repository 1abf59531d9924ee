/**
 * A set in the order of joining whose links are in its members. With a `Set` that thousands join and leave every second, V8 copies the table
 * each time it is full, and each old table keeps the next alive until a full collection: everybody who ever joined would be promoted.
 */
export interface Linked<T> {
  /** Neighbours in the set; they belong to it. Start them as undefined. */
  before: T | undefined
  after: T | undefined
}

export class LinkedSet<T extends Linked<T>> implements Iterable<T> {
  size = 0
  private first: T | undefined
  private last: T | undefined

  /** Adds one that is in no set. */
  add(member: T): void {
    const { last } = this
    member.before = last
    if (last === undefined) this.first = member
    else last.after = member
    this.last = member
    this.size += 1
  }

  /** Takes one out. False when it has left already. */
  delete(member: T): boolean {
    const { before, after } = member
    if (before === undefined && this.first !== member) return false
    if (before === undefined) this.first = after
    else before.after = after
    if (after === undefined) this.last = before
    else after.before = before
    member.before = undefined
    member.after = undefined
    this.size -= 1
    return true
  }

  /** Oldest first. The one just given may be taken out meanwhile. */
  *[Symbol.iterator](): Iterator<T> {
    let member = this.first
    while (member !== undefined) {
      const next: T | undefined = member.after
      yield member
      member = next
    }
  }
}
