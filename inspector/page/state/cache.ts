/** Answers that were given already, the oldest forgotten first. */
export class Cache<Value> {
  readonly #values = new Map<string, Value>();
  readonly #asked = new Map<string, Promise<Value>>();
  readonly #most: number;
  #age = 0;

  constructor(most: number) {
    this.#most = most;
  }

  peek(key: string): Value | undefined {
    return this.#values.get(key);
  }

  /** The value, asked for once at a time however often it is wanted. */
  async get(key: string, ask: () => Promise<Value>): Promise<Value> {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const underWay = this.#asked.get(key);
    if (underWay !== undefined) return underWay;
    const age = this.#age;
    const asked = ask().finally(() => {
      if (this.#asked.get(key) === asked) this.#asked.delete(key);
    });
    this.#asked.set(key, asked);
    const value = await asked;
    if (age === this.#age) this.#keep(key, value);
    return value;
  }

  /** What was asked for before is not kept either. */
  clear(): void {
    this.#age += 1;
    this.#values.clear();
    this.#asked.clear();
  }

  #keep(key: string, value: Value): void {
    this.#values.set(key, value);
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= this.#most) break;
      this.#values.delete(oldest);
    }
  }
}
