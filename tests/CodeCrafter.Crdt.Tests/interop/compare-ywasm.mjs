// Which kinds of edits do Yjs and ywasm handle alike? Groups of the two, without anybody else, edit at random and must
// agree. Says of each list of kinds how many groups did not, with the fewest steps that show it:
//   node compare-ywasm.mjs SECONDS [KINDS [CHANGE]...]
// KINDS are those of common-edits.mjs with commas between; by default all that the mixed groups use. CHANGE is
// 'reorder' (ywasm too is given updates before their causes) or 'collect' (garbage is collected).
import * as Y from 'yjs'
import { bothWrite, commonEdits, yjsWrites } from './common-edits.mjs'
import { generator } from './edits.mjs'
import { loadYwasm, yjs } from './ywasm.mjs'

const [seconds, kinds, ...changes] = process.argv.slice(2)
const reorders = changes.includes('reorder')
const collects = changes.includes('collect')
const group = ['yjs', 'yjs', 'ywasm', 'ywasm']
const kindsOf = name => new Set(kinds?.split(',') ?? (name === 'yjs' ? yjsWrites : bothWrite))
console.log = console.warn = console.error = () => {}

const someSteps = seed => {
  const random = generator(seed)
  return Array.from({ length: 60 }, () => [random(2) === 0 ? 'edit' : 'receive', random(group.length), random(1 << 30)])
}

const clocks = bytes => {
  let at = 0
  const read = () => {
    for (let value = 0, scale = 1; ; scale *= 128) {
      value += (bytes[at] & 127) * scale
      if (bytes[at++] < 128) return value
    }
  }
  return Array.from({ length: read() }, () => [read(), read()])
}

/** One spelling of equal content. ywasm shows nothing of a document inside but its id. */
const canonical = json => JSON.stringify(JSON.parse(json), (_, value) => {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  if (value.$doc !== undefined) return { $doc: value.$doc }
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
})

class Group {
  constructor () {
    this.ywasm = loadYwasm()
    this.members = group.map((name, i) => {
      const library = name === 'yjs' ? yjs : this.ywasm
      return { name, library, created: library.create(100 + i * 7, collects), edit: commonEdits(library, kindsOf(name)), box: [] }
    })
  }

  change (member, action) {
    const causes = clocks(member.library.vector(member.created))
    action()
    const emitted = member.created.emitted.splice(0)
    if (emitted.length === 0) return
    const update = Y.mergeUpdates(emitted) // The second may need the first.
    for (const other of this.members) if (other !== member) other.box.push({ update, causes })
  }

  receive (member, random) {
    const { name, library, created, box } = member
    const known = new Map(clocks(library.vector(created)))
    const ready = box.filter(({ causes }) => reorders || name === 'yjs' || causes.every(([client, clock]) => (known.get(client) ?? 0) >= clock))
    const message = ready[random(ready.length)]
    box.splice(box.indexOf(message), 1)
    this.change(member, () => {
      for (let times = random(4) === 0 ? 2 : 1; times > 0; times--) library.apply(created, message.update)
    })
  }

  play (steps) {
    for (const [what, number, seed] of steps) {
      const member = this.members[number]
      const random = generator(seed)
      if (what === 'edit') this.change(member, () => member.edit(member.created, seed))
      else for (let count = random(member.box.length + 1); count > 0; count--) this.receive(member, random)
    }
    const random = generator(1)
    while (this.members.some(({ box }) => box.length > 0)) {
      for (const member of this.members) while (member.box.length > 0) this.receive(member, random)
    }
  }

  check () {
    const [first] = this.members
    const content = canonical(first.library.content(first.created))
    const vector = JSON.stringify(clocks(first.library.vector(first.created)).sort())
    const same = (what, found, expected = content) => {
      if (found !== expected) throw new Error(`${what}:\n    ${found}\n  but Yjs:\n    ${expected}`)
    }
    this.members.forEach(({ name, library, created }, i) => {
      same(`${i} (${name}) waits`, library.isPending(created), false)
      same(`content of ${i} (${name})`, canonical(library.content(created)))
      same(`vector of ${i} (${name})`, JSON.stringify(clocks(library.vector(created)).sort()), vector)
      for (const [reader, readerName] of [[yjs, 'Yjs'], [this.ywasm, 'ywasm']]) {
        const copy = reader.create(99, true)
        reader.apply(copy, library.diff(created))
        same(`state of ${i} (${name}) read by ${readerName}`, canonical(reader.content(copy)))
      }
    })
  }
}

const failure = steps => {
  try {
    const played = new Group()
    played.play(steps)
    played.check()
    return null
  } catch (error) {
    return String(error.message ?? error)
  }
}

/** Leaves out steps, many at a time and then fewer, as long as it still fails. */
const fewest = steps => {
  for (let size = steps.length >> 1; size >= 1;) {
    const before = steps.length
    for (let at = 0; at < steps.length;) {
      const fewer = [...steps.slice(0, at), ...steps.slice(at + size)]
      if (failure(fewer) !== null) steps = fewer
      else at += size
    }
    if (size > 1 || steps.length === before) size >>= 1
  }
  return steps
}

const failed = []
let seed = 0
for (const end = Date.now() + Number(seconds) * 1000; Date.now() < end; seed++) {
  if (failure(someSteps(seed)) !== null) failed.push(seed)
}
process.stdout.write(`${failed.length} of ${seed} groups differ\n`)
if (failed.length > 0) {
  const steps = fewest(someSteps(failed[0]))
  process.stdout.write(`seed ${failed[0]}: ${JSON.stringify(steps)}\n  ${failure(steps)}\n`)
}
process.exitCode = failed.length > 0 ? 1 : 0
