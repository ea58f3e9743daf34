// Answers one JSON request a line on stdin with one JSON line on stdout, bytes as base64.
import { createInterface } from 'node:readline'

export const serve = async operations => {
  // Answers alone go to stdout; Yjs has things to say too.
  console.log = console.warn = console.error

  for await (const line of createInterface({ input: process.stdin })) {
    let answer
    try {
      const request = JSON.parse(line)
      answer = operations[request.operation](request)
    } catch (error) {
      answer = { error: error.stack ?? String(error) }
    }
    process.stdout.write(JSON.stringify(answer) + '\n')
  }
}
