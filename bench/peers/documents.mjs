// Does the steps of a workload with Yjs or ywasm, as Documents/DocumentWorker.cs does them with CodeCrafter.Crdt:
//   node --expose-gc documents.mjs yjs|ywasm WORKLOAD UPDATES STATE STEP,STEP SECONDS
// prints the results as JSON. The formats of the files are told in Workload.cs and DocumentWorker.cs.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

const root = 'root'
const maxRepetitions = 1000

const libraries = {
  async yjs () {
    const Y = await import('yjs')
    return {
      create (client) {
        const doc = new Y.Doc()
        doc.clientID = client
        return doc
      },
      onUpdate: (doc, handler) => doc.on('update', handler),
      apply: (doc, update) => Y.applyUpdate(doc, update),
      encode: doc => Y.encodeStateAsUpdate(doc),
      read: (doc, kind) => kind === 'Text' ? doc.getText(root).toString() : kind === 'Array' ? doc.getArray(root).toJSON() : doc.getMap(root).toJSON(),
      type: (doc, kind) => kind === 'Text' ? doc.getText(root) : kind === 'Array' ? doc.getArray(root) : doc.getMap(root),
      transact: (doc, action) => doc.transact(action),
      insertText: (text, position, value) => text.insert(position, value),
      free () {}
    }
  },
  async ywasm () {
    const Y = await import('ywasm')
    return {
      create: client => new Y.YDoc({ clientID: client }),
      onUpdate: (doc, handler) => doc.onUpdate(handler),
      apply: (doc, update) => Y.applyUpdate(doc, update),
      encode: doc => Y.encodeStateAsUpdate(doc),
      read: (doc, kind) => kind === 'Text' ? doc.getText(root).toString() : kind === 'Array' ? doc.getArray(root).toJson() : doc.getMap(root).toJson(),
      type: (doc, kind) => kind === 'Text' ? doc.getText(root) : kind === 'Array' ? doc.getArray(root) : doc.getMap(root),
      transact (doc, action) {
        const transaction = doc.beginTransaction()
        try {
          action(transaction)
        } finally {
          transaction.free() // Commits.
        }
      },
      insertText: (text, position, value, transaction) => text.insert(position, value, undefined, transaction),
      // Memory of WebAssembly is not collected.
      free: doc => doc.free()
    }
  }
}

const [name, workloadFile, updatesFile, stateFile, stepNames, seconds] = process.argv.slice(2)
const library = await libraries[name]()
const { kind, clients, expected, transactions } = JSON.parse(readFileSync(workloadFile, 'utf8'))
const inputUpdates = readUpdates(readFileSync(updatesFile))
const inputState = new Uint8Array(readFileSync(stateFile))

function readUpdates (bytes) {
  const updates = []
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at)
    updates.push(new Uint8Array(bytes.subarray(at + 4, at + 4 + length)))
    at += 4 + length
  }
  return updates
}

function repeat (action, cleanUp = () => {}) {
  const milliseconds = []
  let total = 0
  do {
    if (milliseconds.length > 0) cleanUp()
    global.gc()
    const start = performance.now()
    action()
    const time = performance.now() - start
    milliseconds.push(time)
    total += time
  } while (total < Number(seconds) * 1000 && milliseconds.length < maxRepetitions)
  return milliseconds
}

function editAll (updates) {
  const docs = clients.map(client => library.create(client))
  const types = docs.map(doc => library.type(doc, kind))
  let isEdit = false
  for (const doc of docs) {
    library.onUpdate(doc, update => { if (isEdit) updates.push(update) })
  }
  for (const [replica, receives, edits] of transactions) {
    const doc = docs[replica]
    isEdit = false
    for (const number of receives) library.apply(doc, updates[number])
    isEdit = true
    editOne(doc, types[replica], edits)
  }
  return docs
}

function editOne (doc, type, edits) {
  if (kind === 'Text' && edits.length === 1 && (edits[0][1] === 0 || edits[0][2] === '')) {
    edit(type, edits[0])
  } else if (edits.length > 0) {
    library.transact(doc, transaction => { for (const one of edits) edit(type, one, transaction) })
  }
}

// ywasm wants the transaction with each call; without one it makes its own. Yjs takes no such argument.
function edit (type, change, transaction) {
  const rest = name === 'ywasm' ? [transaction] : []
  if (kind === 'Map') {
    type.set(change[0], change[1], ...rest)
    return
  }
  const [position, deleted, inserted] = change
  if (deleted > 0) type.delete(position, deleted, ...rest)
  if (inserted.length === 0) return
  if (kind === 'Text') library.insertText(type, position, inserted, transaction)
  else type.insert(position, inserted, ...rest)
}

const digest = parts => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest('hex').slice(0, 16)
}

const canonical = value =>
  typeof value === 'number'
    ? String(value)
    : typeof value === 'string'
      ? value
      : Array.isArray(value)
        ? `[${value.map(canonical).join(',')}]`
        : `{${Object.keys(value).sort().map(key => `${key}:${canonical(value[key])}`).join(',')}}`

function content (doc) {
  const value = library.read(doc, kind)
  return digest([kind === 'Text' ? value : canonical(value)])
}

function check (doc, step) {
  if (expected !== null && library.read(doc, kind) !== expected) {
    throw new Error(`${workloadFile}, ${step}: the text in the end is not that of the trace.`)
  }
}

function loaded () {
  const doc = library.create(1)
  library.apply(doc, inputState)
  return doc
}

function heap () {
  global.gc()
  global.gc()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const steps = {
  local () {
    let updates, docs
    const milliseconds = repeat(() => { docs = editAll(updates = []) }, () => docs.forEach(library.free))
    check(docs[0], 'local')
    return { milliseconds, bytes: updates.reduce((sum, update) => sum + update.length, 0), digest: digest(updates), content: content(docs[0]) }
  },
  apply () {
    let doc
    const milliseconds = repeat(() => {
      doc = library.create(1)
      for (const update of inputUpdates) library.apply(doc, update)
    }, () => library.free(doc))
    check(doc, 'apply')
    const state = library.encode(doc)
    return { milliseconds, bytes: state.length, digest: digest([state]), content: content(doc) }
  },
  load () {
    let doc
    const milliseconds = repeat(() => {
      doc = loaded()
      library.read(doc, kind)
    }, () => library.free(doc))
    check(doc, 'load')
    return { milliseconds, bytes: inputState.length, digest: digest([inputState]), content: content(doc) }
  },
  encode () {
    const doc = loaded()
    library.read(doc, kind)
    let state
    const milliseconds = repeat(() => { state = library.encode(doc) })
    return { milliseconds, bytes: state.length, digest: digest([state]), content: content(doc) }
  },
  memory () {
    library.read(loaded(), kind)
    const docs = []
    const count = inputState.length > 10_000_000 ? 2 : 10
    const before = heap()
    for (let i = 0; i < count; i++) {
      docs.push(loaded())
      library.read(docs[i], kind)
    }
    const bytes = (heap() - before) / count
    return { milliseconds: [], bytes, digest: '', content: content(docs[0]) }
  }
}

console.log(JSON.stringify(stepNames.split(',').map(step => ({ step, ...steps[step]() }))))
