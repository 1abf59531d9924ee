/** The newest so many of something. */
export class Ring<T> {
  private readonly items: T[] = []
  private readonly most: number
  /** Where the next one goes once the ring is full: the oldest. */
  private next = 0

  constructor(most: number) {
    this.most = most
  }

  add(item: T): void {
    this.items[this.next] = item
    this.next = (this.next + 1) % this.most
  }

  /** None has been pushed out yet, nor will the next one push one out. */
  get hasRoom(): boolean {
    return this.items.length < this.most
  }

  get oldest(): T | undefined {
    return this.hasRoom ? this.items[0] : this.items[this.next]
  }

  /** Newest first. */
  *[Symbol.iterator](): Generator<T> {
    const { length } = this.items
    for (let age = 1; age <= length; age++) yield this.items[(this.next - age + length) % length] as T
  }
}
