// Documents of ywasm and of Yjs behind the same words, in which common-edits.mjs makes its edits.
import { createRequire } from 'node:module'
import * as Y from 'yjs'
import { contentOf, toPlain } from './plain.mjs'

const require = createRequire(import.meta.url)

/**
 * A new instance: one in which something has panicked is of no use any more. What is no longer used is not freed but
 * goes with the instance: ywasm's finalizers throw where an object was moved into a document.
 */
export const loadYwasm = () => {
  delete require.cache[require.resolve('ywasm')]
  const { FinalizationRegistry } = globalThis
  globalThis.FinalizationRegistry = undefined
  try {
    return ywasm(require('ywasm'))
  } finally {
    globalThis.FinalizationRegistry = FinalizationRegistry
  }
}

const sorted = entries => Object.fromEntries(
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

const ywasm = W => {
  const childrenOf = (type, transaction) => {
    if (type instanceof W.YMap) return Object.entries(type.entries(transaction)).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
    if (type instanceof W.YArray) return Array.from({ length: type.length(transaction) }, (_, i) => type.get(i, transaction))
    if (type instanceof W.YXmlFragment || type instanceof W.YXmlElement) {
      const children = []
      for (let child = type.firstChild(transaction); child !== undefined; child = child.nextSibling(transaction)) children.push(child)
      return children
    }
    return []
  }

  const plain = (value, t) => {
    if (value === undefined || value === null) return null
    if (value instanceof W.YXmlText) return { $xmlText: delta(value, t), $attributes: attributes(value, t) }
    if (value instanceof W.YText) return { $text: delta(value, t) }
    if (value instanceof W.YArray) return childrenOf(value, t).map(child => plain(child, t))
    if (value instanceof W.YMap) return sorted(Object.entries(value.entries(t)).map(([key, child]) => [key, plain(child, t)]))
    if (value instanceof W.YXmlElement) return { $element: value.name(t), $attributes: attributes(value, t), $children: childrenOf(value, t).map(child => plain(child, t)) }
    if (value instanceof W.YXmlFragment) return { $fragment: childrenOf(value, t).map(child => plain(child, t)) }
    if (value instanceof W.YDoc) return { $doc: value.guid }
    if (Array.isArray(value)) return value.map(child => plain(child, t))
    return toPlain(value)
  }
  const attributes = (type, t) => sorted(Object.entries(type.attributes(t)).map(([key, value]) => [key, plain(value, t)]))
  const delta = (text, t) => text.toDelta(undefined, undefined, undefined, t)
    .map(({ insert, attributes: set }) => ({ insert: plain(insert, t), ...(set === undefined ? {} : { attributes: toPlain(set) }) }))

  const make = value => {
    switch (value?.$new) {
      case 'text': return new W.YText(value.text)
      case 'map': return new W.YMap(Object.fromEntries(value.entries.map(([key, child]) => [key, make(child)])))
      case 'array': return new W.YArray(value.items.map(make))
      case 'xmlText': return new W.YXmlText(value.text)
      case 'element': return new W.YXmlElement(value.name, Object.fromEntries(value.attributes), value.children.map(make))
      case 'fragment': return new W.YXmlFragment([])
      case 'doc': return new W.YDoc({ guid: value.guid })
      default: return value
    }
  }

  return {
    create (clientId, gc) {
      const doc = new W.YDoc({ clientID: clientId, gc })
      const roots = [doc.getText('text'), doc.getMap('map'), doc.getArray('array'), doc.getXmlFragment('xml')]
      const created = { doc, roots, emitted: [] }
      doc.onUpdate(update => created.emitted.push(update))
      return created
    },
    transact ({ doc }, action) {
      const transaction = doc.beginTransaction()
      try {
        action(transaction)
      } finally {
        transaction.free()
      }
    },
    apply: ({ doc }, update) => W.applyUpdate(doc, update),
    vector: ({ doc }) => W.encodeStateVector(doc),
    diff: ({ doc }, vector) => W.encodeStateAsUpdate(doc, vector),
    isPending: ({ doc }) => {
      const t = doc.beginTransaction()
      try { return (t.pendingStructs ?? null) !== null || (t.pendingDeleteSet ?? null) !== null } finally { t.free() }
    },
    content: ({ doc, roots: [text, map, array, xml] }) => {
      const t = doc.beginTransaction()
      try {
        return JSON.stringify({ array: plain(array, t), map: plain(map, t), text: plain(text, t), xml: plain(xml, t) })
      } finally {
        t.free()
      }
    },
    kindOf: type => type instanceof W.YXmlText || type instanceof W.YText ? 'text' : type instanceof W.YMap ? 'map' : type instanceof W.YArray ? 'array' : type instanceof W.YXmlElement ? 'element' : type instanceof W.YXmlFragment ? 'xml' : null,
    childrenOf,
    delta: (text, t) => text.toDelta(undefined, undefined, undefined, t),
    length: (type, t) => type.length(t),
    insertText: (text, index, value, set, t) => text.insert(index, value, set, t),
    deleteText: (text, index, length, t) => text.delete(index, length, t),
    format: (text, index, length, set, t) => text.format(index, length, set, t),
    insertEmbed: (text, index, value, t) => text.insertEmbed(index, make(value), undefined, t),
    set: (map, key, value, t) => map.set(key, make(value), t),
    remove: (map, key, t) => map.delete(key, t),
    insert: (array, index, values, t) => array.insert(index, values.map(make), t),
    delete: (list, index, length, t) => list.delete(index, length, t),
    insertNode: (xml, index, value, t) => xml.insert(index, make(value), t),
    setAttribute: (element, name, value, t) => element.setAttribute(name, value, t),
    removeAttribute: (element, name, t) => element.removeAttribute(name, t)
  }
}

const make = value => {
  switch (value?.$new) {
    case 'text': return new Y.Text(value.text)
    case 'map': return new Y.Map(value.entries.map(([key, child]) => [key, make(child)]))
    case 'array': return Y.Array.from(value.items.map(make))
    case 'xmlText': return new Y.XmlText(value.text)
    case 'hook': return new Y.XmlHook(value.name)
    case 'fragment': return new Y.XmlFragment()
    case 'doc': return new Y.Doc({ guid: value.guid, autoLoad: value.autoLoad, gc: value.gc, meta: value.meta })
    case 'element': {
      const element = new Y.XmlElement(value.name)
      for (const [name, attribute] of value.attributes) element.setAttribute(name, attribute)
      element.insert(0, value.children.map(make))
      return element
    }
    default: return value
  }
}

export const yjs = {
  create (clientId, gc) {
    const doc = new Y.Doc({ gc })
    doc.clientID = clientId
    const roots = [doc.getText('text'), doc.getMap('map'), doc.getArray('array'), doc.getXmlFragment('xml')]
    const created = { doc, roots, emitted: [] }
    doc.on('update', update => created.emitted.push(update))
    return created
  },
  transact: ({ doc }, action) => doc.transact(() => action()),
  apply: ({ doc }, update) => Y.applyUpdate(doc, update),
  vector: ({ doc }) => Y.encodeStateVector(doc),
  diff: ({ doc }, vector) => Y.encodeStateAsUpdate(doc, vector),
  isPending: ({ doc }) => doc.store.pendingStructs !== null || doc.store.pendingDs !== null,
  content: ({ doc }) => JSON.stringify(contentOf(doc)),
  kindOf: type => type instanceof Y.Text ? 'text' : type instanceof Y.XmlHook ? null : type instanceof Y.Map ? 'map' : type instanceof Y.Array ? 'array' : type instanceof Y.XmlElement ? 'element' : type instanceof Y.XmlFragment ? 'xml' : null,
  childrenOf: type => type instanceof Y.Map
    ? Array.from(type.entries()).sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value)
    : type instanceof Y.Array || type instanceof Y.XmlFragment ? type.toArray() : [],
  delta: text => text.toDelta(),
  length: type => type.length,
  insertText: (text, index, value, set) => text.insert(index, value, set),
  deleteText: (text, index, length) => text.delete(index, length),
  format: (text, index, length, set) => text.format(index, length, set),
  insertEmbed: (text, index, value) => text.insertEmbed(index, make(value)),
  set: (map, key, value) => map.set(key, make(value)),
  remove: (map, key) => map.delete(key),
  insert: (array, index, values) => array.insert(index, values.map(make)),
  delete: (list, index, length) => list.delete(index, length),
  insertNode: (xml, index, value) => xml.insert(index, [make(value)]),
  setAttribute: (element, name, value) => element.setAttribute(name, value),
  removeAttribute: (element, name) => element.removeAttribute(name)
}
