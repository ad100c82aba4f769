// Before the first test: which engines the behaviour tests run on. The workers find the answer in their environment.
import { CHOSEN, chooseEngines } from './engines.js'

export default async function setup(): Promise<void> {
  // Each of vitest's projects comes by.
  process.env[CHOSEN] ??= (
    await chooseEngines((line) => {
      console.log(line)
    })
  ).join(',')
}
