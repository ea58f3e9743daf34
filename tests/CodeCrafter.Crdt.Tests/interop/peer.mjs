// Real Yjs documents, driven over stdin and stdout: one JSON request a line, one JSON answer a line, bytes as base64.
import { createInterface } from 'node:readline'
import * as Y from 'yjs'
import * as awareness from 'y-protocols/awareness'
import * as sync from 'y-protocols/sync'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { randomEdits } from './edits.mjs'

// Answers alone go to stdout; Yjs has things to say too.
console.log = console.warn = console.error

const docs = new Map()
const aware = new Map()

const toBase64 = bytes => Buffer.from(bytes).toString('base64')
const fromBase64 = text => new Uint8Array(Buffer.from(text, 'base64'))

/** Plain content, with what JSON has no word for spelled out, and keys sorted. */
const toPlain = value => {
  if (value === undefined || value === null) return null
  if (value instanceof Y.XmlText) return { $opaque: true }
  if (value instanceof Y.Text) return value.toString()
  if (value instanceof Y.Array) return value.toArray().map(toPlain)
  if (value instanceof Y.Map) return sorted(Array.from(value.entries()))
  if (value instanceof Y.AbstractType) return { $opaque: true }
  if (value instanceof Y.Doc) return { $doc: value.guid }
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) }
  if (typeof value === 'bigint') return { $bigint: value.toString() }
  if (Object.is(value, -0)) return { $number: '-0' }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) }
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value === 'object') return sorted(Object.entries(value))
  return value
}

const sorted = entries => Object.fromEntries(
  entries.map(([key, value]) => [key, toPlain(value)]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

const take = doc => {
  const updates = doc.emitted
  doc.emitted = []
  return updates
}

const operations = {
  create: ({ doc, clientId, gc = true }) => {
    const created = new Y.Doc({ gc })
    created.clientID = clientId
    created.emitted = []
    created.on('update', update => created.emitted.push(toBase64(update)))
    docs.set(doc, created)
    return {}
  },
  edit: ({ doc, seed, count, isRich = false }) => {
    randomEdits(docs.get(doc), seed, count, isRich)
    return { updates: take(docs.get(doc)) }
  },
  apply: ({ doc, updates }) => {
    for (const update of updates) Y.applyUpdate(docs.get(doc), fromBase64(update))
    return { updates: take(docs.get(doc)) }
  },
  state: ({ doc }) => {
    const d = docs.get(doc)
    return {
      vector: toBase64(Y.encodeStateVector(d)),
      update: toBase64(Y.encodeStateAsUpdate(d)),
      content: JSON.stringify({
        array: toPlain(d.getArray('array')), map: toPlain(d.getMap('map')), text: d.getText('text').toString()
      }),
      isPending: d.store.pendingStructs !== null || d.store.pendingDs !== null
    }
  },
  diff: ({ doc, vector }) => ({ update: toBase64(Y.encodeStateAsUpdate(docs.get(doc), fromBase64(vector))) }),
  merge: ({ updates }) => ({ update: toBase64(Y.mergeUpdates(updates.map(fromBase64))) }),
  // A function of Yjs from bytes to bytes, or from several updates.
  bytes: ({ name, inputs, isList = false }) => {
    const bytes = inputs.map(fromBase64)
    return { update: toBase64(isList ? Y[name](bytes) : Y[name](...bytes)) }
  },
  applyV2: ({ doc, update }) => {
    Y.applyUpdateV2(docs.get(doc), fromBase64(update))
    return {}
  },
  stateV2: ({ doc }) => ({ update: toBase64(Y.encodeStateAsUpdateV2(docs.get(doc))) }),
  deltas: ({ doc }) => ({ content: JSON.stringify(docs.get(doc).getText('text').toDelta()) }),
  // A message of y-protocols in y-websocket's framing, and the answer to it, which is empty where there is none.
  syncHandle: ({ doc, message }) => {
    const decoder = decoding.createDecoder(fromBase64(message))
    if (decoding.readVarUint(decoder) !== 0) throw new Error('No sync message')
    const answer = encoding.createEncoder()
    encoding.writeVarUint(answer, 0)
    sync.readSyncMessage(decoder, answer, docs.get(doc), 'test', error => { throw error })
    return { update: encoding.length(answer) > 1 ? toBase64(encoding.toUint8Array(answer)) : '' }
  },
  syncStep1: ({ doc }) => {
    const message = encoding.createEncoder()
    encoding.writeVarUint(message, 0)
    sync.writeSyncStep1(message, docs.get(doc))
    return { update: toBase64(encoding.toUint8Array(message)) }
  },
  awarenessCreate: ({ doc, clientId }) => {
    const owner = new Y.Doc()
    owner.clientID = clientId
    const created = new awareness.Awareness(owner)
    clearInterval(created._checkInterval)
    aware.set(doc, created)
    return {}
  },
  awarenessSet: ({ doc, state }) => {
    aware.get(doc).setLocalState(state)
    return { update: toBase64(awareness.encodeAwarenessUpdate(aware.get(doc), [aware.get(doc).clientID])) }
  },
  awarenessApply: ({ doc, update }) => {
    awareness.applyAwarenessUpdate(aware.get(doc), fromBase64(update), 'test')
    return { content: JSON.stringify(Object.fromEntries(aware.get(doc).getStates())) }
  },
  awarenessEncode: ({ doc }) => ({
    update: toBase64(awareness.encodeAwarenessUpdate(aware.get(doc), Array.from(aware.get(doc).getStates().keys())))
  })
}

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
