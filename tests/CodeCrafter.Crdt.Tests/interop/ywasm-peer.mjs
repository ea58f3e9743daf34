// Documents of Yjs and of ywasm, driven as peer.mjs is.
import { bothWrite, commonEdits, yjsWrites } from './common-edits.mjs'
import { differences } from './ywasm-differences.mjs'
import { fromBase64, toBase64 } from './plain.mjs'
import { serve } from './serve.mjs'
import { loadYwasm, yjs } from './ywasm.mjs'

const docs = new Map()
let ywasm
let edits

const take = created => created.emitted.splice(0).map(toBase64)

await serve({
  /** Forgets all documents. */
  start: () => {
    docs.clear()
    ywasm = loadYwasm()
    edits = new Map([[yjs, commonEdits(yjs, new Set(yjsWrites))], [ywasm, commonEdits(ywasm, new Set(bothWrite))]])
    return {}
  },
  create: ({ doc, clientId, isYwasm }) => {
    const library = isYwasm ? ywasm : yjs
    docs.set(doc, { library, created: library.create(clientId, false) })
    return {}
  },
  edit: ({ doc, seed }) => {
    const { library, created } = docs.get(doc)
    edits.get(library)(created, seed)
    return { updates: take(created) }
  },
  apply: ({ doc, updates }) => {
    const { library, created } = docs.get(doc)
    for (const update of updates) library.apply(created, fromBase64(update))
    return { updates: take(created) }
  },
  vector: ({ doc }) => {
    const { library, created } = docs.get(doc)
    return { vector: toBase64(library.vector(created)) }
  },
  state: ({ doc }) => {
    const { library, created } = docs.get(doc)
    return {
      vector: toBase64(library.vector(created)),
      update: toBase64(library.diff(created)),
      content: library.content(created),
      isPending: library.isPending(created)
    }
  },
  differences: () => ({ same: Object.entries(differences).filter(([, of]) => of(yjs) === of(loadYwasm())).map(([name]) => name) })
})
