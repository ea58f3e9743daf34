// Content of shared types as plain JSON, with what JSON has no word for spelled out, and keys sorted.
import * as Y from 'yjs'

export const toBase64 = bytes => Buffer.from(bytes).toString('base64')
export const fromBase64 = text => new Uint8Array(Buffer.from(text, 'base64'))

export const toPlain = value => {
  if (value === undefined || value === null) return null
  if (value instanceof Y.XmlText) return { $xmlText: toPlain(value.toDelta()), $attributes: sorted(Object.entries(value.getAttributes())) }
  if (value instanceof Y.Text) return { $text: toPlain(value.toDelta()) }
  if (value instanceof Y.Array) return value.toArray().map(toPlain)
  if (value instanceof Y.XmlHook) return { $hook: value.hookName, $values: sorted(Array.from(value.entries())) }
  if (value instanceof Y.Map) return sorted(Array.from(value.entries()))
  if (value instanceof Y.XmlElement) return { $element: value.nodeName, $attributes: sorted(Object.entries(value.getAttributes())), $children: value.toArray().map(toPlain) }
  if (value instanceof Y.XmlFragment) return { $fragment: value.toArray().map(toPlain) }
  if (value instanceof Y.AbstractType) return { $opaque: true }
  if (value instanceof Y.Doc) return { $doc: value.guid, $autoLoad: value.autoLoad === true, $gc: value.gc, $meta: toPlain(value.meta) }
  if (value instanceof Uint8Array) return { $bytes: toBase64(value) }
  if (typeof value === 'bigint') return { $bigint: value.toString() }
  if (Object.is(value, -0)) return { $number: '-0' }
  if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) }
  if (Array.isArray(value)) return value.map(toPlain)
  if (typeof value === 'object') return sorted(Object.entries(value))
  return value
}

/** All roots that the tests use. */
export const contentOf = doc => ({
  array: toPlain(doc.getArray('array')), map: toPlain(doc.getMap('map')), text: toPlain(doc.getText('text')), xml: toPlain(doc.getXmlFragment('xml'))
})

const sorted = entries => Object.fromEntries(
  entries.map(([key, value]) => [key, toPlain(value)]).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

const oldValue = value => value instanceof Y.AbstractType ? { $deleted: true } : toPlain(value)

/** What a deep observer of a root hears. */
export const toPlainEvent = (root, event) => ({
  root,
  path: event.path,
  isLocal: event.transaction.local,
  isText: event.target instanceof Y.Text,
  delta: event.delta.map(toPlain),
  keys: Object.fromEntries(Array.from(event.keys, ([key, { action, oldValue: old }]) => [key, { action, old: oldValue(old) }]))
})
