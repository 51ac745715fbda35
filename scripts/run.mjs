// `npm start`, `npm test` and the set-up behind them. This file has to load on old Node versions, so that they get a
// sentence instead of a syntax error: no syntax newer than Node 12 here or in node-version.mjs.
import { nodeVersionProblem } from './runner/node-version.mjs'

const problem = nodeVersionProblem(process.version)
if (problem) {
  console.error('Failed: ' + problem)
  process.exitCode = 1
} else {
  import('./runner/main.mjs').then(
    function (runner) {
      return runner.main(process.argv.slice(2))
    },
    function (error) {
      console.error(error)
      console.error('Failed: the scripts folder is incomplete; clone the repository again.')
      process.exitCode = 1
    }
  )
}
