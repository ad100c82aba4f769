// What a scenario has found: lines on the way, and whether everything held.
export class Report {
  failures = 0
  readonly #title: string
  constructor(title: string) {
    this.#title = title
    console.log(`\n${title}`)
  }
  note(text: string): void {
    console.log(`  · ${text}`)
  }
  check(what: string, holds: boolean, found?: unknown): void {
    if (!holds) this.failures += 1
    console.log(`  ${holds ? '✓' : '✗'} ${what}${holds || found === undefined ? '' : `: ${JSON.stringify(found)}`}`)
  }
  /** Throws when something did not hold. */
  end(): void {
    if (this.failures > 0) throw new Error(`${this.#title}: ${this.failures} of the checks failed.`)
  }
}
