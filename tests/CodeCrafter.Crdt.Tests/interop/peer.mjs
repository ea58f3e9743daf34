// Real Yjs documents, driven over stdin and stdout.
import * as Y from 'yjs'
import * as awareness from 'y-protocols/awareness'
import * as sync from 'y-protocols/sync'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { editsFor } from './edits.mjs'
import { contentOf, fromBase64, toBase64, toPlain, toPlainEvent } from './plain.mjs'
import { serve } from './serve.mjs'
import { runTextScript, runTextSteps } from './text-script.mjs'
import { undoOperations } from './undo.mjs'

const randomEdits = editsFor(Y)
const docs = new Map()
const aware = new Map()

const take = doc => {
  const updates = doc.emitted
  doc.emitted = []
  return updates
}

const operations = {
  ...undoOperations(docs, take),
  create: ({ doc, clientId, gc = true }) => {
    const created = new Y.Doc({ gc })
    created.clientID = clientId
    created.emitted = []
    contentOf(created) // A root is only tidied up once it is known to be a text.
    created.on('update', update => created.emitted.push(toBase64(update)))
    docs.set(doc, created)
    return {}
  },
  observe: ({ doc }) => {
    const d = docs.get(doc)
    d.heard = []
    for (const [name, root] of [['array', d.getArray('array')], ['map', d.getMap('map')], ['text', d.getText('text')], ['xml', d.getXmlFragment('xml')]]) {
      root.observeDeep(events => d.heard.push(...events.map(event => toPlainEvent(name, event))))
    }
    return {}
  },
  heard: ({ doc }) => {
    const { heard } = docs.get(doc)
    docs.get(doc).heard = []
    return { heard: JSON.stringify(heard) }
  },
  edit: ({ doc, seed, count }) => {
    randomEdits(docs.get(doc), seed, count)
    return { updates: take(docs.get(doc)) }
  },
  snapshot: ({ doc, isV2 }) => ({ snapshot: toBase64((isV2 ? Y.encodeSnapshotV2 : Y.encodeSnapshot)(Y.snapshot(docs.get(doc)))) }),
  restore: ({ doc, snapshot }) => {
    const restored = Y.createDocFromSnapshot(docs.get(doc), Y.decodeSnapshot(fromBase64(snapshot)))
    return { content: JSON.stringify(contentOf(restored)), vector: toBase64(Y.encodeStateVector(restored)) }
  },
  deltaAt: ({ doc, snapshot, previous }) => {
    const decode = bytes => bytes === null ? undefined : Y.decodeSnapshot(fromBase64(bytes))
    return { content: JSON.stringify(docs.get(doc).getText('text').toDelta(decode(snapshot), decode(previous))) }
  },
  position: ({ doc, index, association }) => {
    const position = Y.createRelativePositionFromTypeIndex(docs.get(doc).getText('text'), index, association)
    return { bytes: toBase64(Y.encodeRelativePosition(position)), json: JSON.stringify(Y.relativePositionToJSON(position)) }
  },
  resolve: ({ doc, position }) => {
    const found = Y.createAbsolutePositionFromRelativePosition(Y.decodeRelativePosition(fromBase64(position)), docs.get(doc))
    return { index: found === null ? -1 : found.index }
  },
  textScript: ({ doc, seed, count }) => ({ steps: runTextScript(docs.get(doc), seed, count) }),
  textSteps: ({ doc, steps }) => ({ updates: runTextSteps(docs.get(doc), JSON.parse(steps)) }),
  // Edits, applies updates and edits again in one transaction.
  nested: ({ doc, seed, before, updates, after }) => {
    const d = docs.get(doc)
    const heard = []
    const hear = (update, origin, _, transaction) =>
      heard.push({ update: toBase64(update), origin, isLocal: transaction.local, isChange: transaction.changed.size > 0 })
    d.on('update', hear)
    const steps = [[], []]
    const clientId = d.clientID
    d.transact(() => {
      steps[0] = runTextScript(d, seed, before)
      for (const update of updates) Y.applyUpdate(d, fromBase64(update), 'inner')
      steps[1] = runTextScript(d, seed + 1, after)
    }, 'outer')
    d.off('update', hear)
    return { steps, heard, isRenamed: d.clientID !== clientId }
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
      content: JSON.stringify(contentOf(d)),
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
  xml: ({ doc }) => ({ content: docs.get(doc).getXmlFragment('xml').toString() }),
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
    for (const event of ['change', 'update']) {
      created.on(event, ({ added, updated, removed }) => { created.heard[event] = { added, updated, removed } })
    }
    created.heard = {}
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
  // Each step with the states and clocks after it, and the events that it raised.
  awarenessSteps: ({ doc, steps }) => {
    const there = aware.get(doc)
    return {
      steps: steps.map(({ update, remove, state }) => {
        there.heard = {}
        if (update !== null) awareness.applyAwarenessUpdate(there, fromBase64(update), 'test')
        else if (remove !== null) awareness.removeAwarenessStates(there, remove, 'test')
        else there.setLocalState(JSON.parse(state))
        return {
          states: Object.fromEntries(there.getStates()),
          clocks: Object.fromEntries([...there.meta].map(([client, { clock }]) => [client, clock])),
          ...structuredClone(there.heard)
        }
      })
    }
  },
  awarenessEncode: ({ doc }) => ({
    update: toBase64(awareness.encodeAwarenessUpdate(aware.get(doc), Array.from(aware.get(doc).getStates().keys())))
  })
}

await serve(operations)
