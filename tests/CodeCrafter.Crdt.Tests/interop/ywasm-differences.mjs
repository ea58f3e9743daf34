// What ywasm does otherwise than Yjs, each as small as it could be made. The mixed groups leave it out, and a test
// says when a version of ywasm no longer differs. Alone it prints what each does:
//   node ywasm-differences.mjs
import { pathToFileURL } from 'node:url'
import * as Y from 'yjs'
import { loadYwasm, yjs } from './ywasm.mjs'

/** A document of Yjs, and an update for each edit. */
const edited = (client, gc, ...edits) => {
  const doc = new Y.Doc({ gc })
  doc.clientID = client
  const updates = []
  doc.on('update', update => updates.push(update))
  for (const edit of edits) edit(doc)
  return { doc, updates }
}

const read = (library, ...updates) => {
  const reader = library.create(9, true)
  for (const update of updates) library.apply(reader, update)
  return library.content(reader)
}

/** What Yjs reads of what one edit writes, made in the words of common-edits.mjs. */
const write = (library, edit) => {
  const writer = library.create(1, true)
  library.transact(writer, transaction => edit(writer.roots, transaction))
  return read(yjs, library.diff(writer))
}

const type = word => Array.from(word, (letter, i) => doc => doc.getText('text').insert(i, letter))

export const differences = orFailures({
  'updates before their causes: text is lost' (library) {
    const { updates } = edited(1, true, ...type('abcde'))
    return read(library, ...[0, 2, 4, 1, 3].map(i => updates[i]))
  },
  'updates before their causes: a panic' (library) {
    const { updates } = edited(1, true, ...type('abcd'))
    return read(library, ...[1, 3, 0, 2].map(i => updates[i]))
  },
  'a range of deletions that begins in a collected stretch' (library) {
    // Client 1 writes into a map of client 2's and then a letter: its units 0 and 1. With the map goes unit 0, then
    // goes the letter, and one range tells of both.
    const owner = edited(2, true, doc => doc.getArray('array').insert(0, [new Y.Map()]))
    const { doc, updates } = edited(1, true,
      doc => Y.applyUpdate(doc, owner.updates[0]),
      doc => doc.getArray('array').get(0).set('key', 1),
      doc => doc.getText('text').insert(0, 'a'),
      doc => doc.getArray('array').delete(0),
      doc => doc.getText('text').delete(0, 1))
    return read(library, ...updates.slice(0, 4), Y.encodeStateAsUpdate(doc))
  },
  'XML hooks' (library) {
    const { updates } = edited(1, true, doc => doc.getXmlFragment('xml').insert(0, [new Y.XmlHook('hook')]))
    return read(library, ...updates)
  },
  'a surrogate pair that is cut in two' (library) {
    const { updates } = edited(1, true, doc => doc.getText('text').insert(0, '😀'), doc => doc.getText('text').delete(0, 1))
    return read(library, ...updates)
  },
  'minus zero' (library) {
    const { updates } = edited(1, true, doc => doc.getArray('array').insert(0, [-0]))
    return read(library, ...updates)
  },
  'writing a BigInt' (library) {
    return write(library, ([, map], transaction) => library.set(map, 'key', 5n, transaction))
  },
  'writing bytes' (library) {
    return write(library, ([, map], transaction) => library.set(map, 'key', new Uint8Array([1]), transaction))
  },
  'writing a document into an array' (library) {
    return write(library, ([, , array], transaction) => library.insert(array, 0, [{ $new: 'doc', guid: 'guid' }], transaction))
  }
})

function orFailures (cases) {
  return Object.fromEntries(Object.entries(cases).map(([name, of]) => [name, library => {
    try {
      return of(library)
    } catch (error) {
      return `fails: ${String(error.message ?? error).split('\n')[0]}`
    }
  }]))
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const [name, of] of Object.entries(differences)) {
    process.stdout.write(`${name}\n  yjs:   ${of(yjs)}\n  ywasm: ${of(loadYwasm())}\n`)
  }
}
