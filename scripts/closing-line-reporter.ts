// Prints `N passed, N failed, N skipped` alone on the very last line of a test run, the form that CI reads.
import type { Reporter, TestModule } from 'vitest/node'

export default class ClosingLineReporter implements Reporter {
  #counts = { passed: 0, failed: 0, skipped: 0 }

  constructor() {
    // On exit, because the default reporter writes its own summary after the run has ended.
    process.once('exit', () => {
      const { passed, failed, skipped } = this.#counts
      process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      let failedTests = 0
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') counts.passed += 1
        else if (state === 'skipped') counts.skipped += 1
        // A test that is still pending when the run ends never said that it passed.
        else failedTests += 1
      }
      // A file that could not be loaded, or a suite whose hook threw, fails without a failing test.
      counts.failed += failedTests === 0 && module.state() === 'failed' ? 1 : failedTests
    }
    this.#counts = counts
  }
}
