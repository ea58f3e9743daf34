// An UndoManager of Yjs, and edits that are told step by step.
import * as Y from 'yjs'
import { contentOf, fromBase64, toBase64 } from './plain.mjs'
import { perform } from './text-script.mjs'

const make = value => {
  if (value === null || typeof value !== 'object') return value
  if (value.$text !== undefined) return new Y.Text(value.$text)
  if (value.$map !== undefined) return new Y.Map(value.$map.map(([key, inner]) => [key, make(inner)]))
  if (value.$array !== undefined) return Y.Array.from(value.$array.map(make))
  if (value.$xmlText !== undefined) return new Y.XmlText(value.$xmlText)
  if (value.$element !== undefined) {
    const element = new Y.XmlElement(value.$element)
    for (const [key, inner] of value.attributes) element.setAttribute(key, inner)
    element.insert(0, value.children.map(make))
    return element
  }
  return value
}

const typeAt = (doc, [root, ...path]) => path.reduce((type, step) => type.get(step),
  { text: () => doc.getText('text'), map: () => doc.getMap('map'), array: () => doc.getArray('array'), xml: () => doc.getXmlFragment('xml') }[root]())

const edit = (doc, step) => {
  const type = typeAt(doc, step.path)
  switch (step.kind) {
    case 'set': return type.set(step.key, make(step.value))
    case 'remove': return type.delete(step.key)
    case 'add': return type.insert(step.index, step.values.map(make))
    case 'cut': return type.delete(step.index, step.length)
    case 'setAttribute': return type.setAttribute(step.key, step.value)
    case 'removeAttribute': return type.removeAttribute(step.key)
    default: return perform(type, step)
  }
}

export const undoOperations = (docs, take) => {
  const managers = new Map()

  const answer = (doc, performed) => {
    const manager = managers.get(doc)
    const heard = manager.heard
    manager.heard = []
    return {
      updates: take(docs.get(doc)), performed, heard, undo: manager.undoStack.length, redo: manager.redoStack.length,
      content: JSON.stringify(contentOf(docs.get(doc)))
    }
  }

  return {
    undoCreate: ({ doc, scope, timeout, origins, ignoreRemoteMapChanges, keeps }) => {
      const d = docs.get(doc)
      const manager = new Y.UndoManager(scope.map(path => typeAt(d, path)), {
        captureTimeout: timeout, trackedOrigins: new Set(origins), ignoreRemoteMapChanges,
        deleteFilter: item => keeps === null || !(item.content instanceof Y.ContentAny && item.content.arr.includes(keeps))
      })
      manager.heard = []
      for (const kind of ['added', 'updated', 'popped']) {
        manager.on('stack-item-' + kind, ({ type, origin }) => manager.heard.push(`${kind} ${type} ${origin === manager}`))
      }
      manager.on('stack-cleared', event => manager.heard.push(`cleared ${event.undoStackCleared} ${event.redoStackCleared}`))
      managers.set(doc, manager)
      return {}
    },
    undoEdit: ({ doc, steps, origin }) => {
      docs.get(doc).transact(() => steps.forEach(step => edit(docs.get(doc), step)), origin)
      return answer(doc, false)
    },
    undoApply: ({ doc, update, origin }) => {
      Y.applyUpdate(docs.get(doc), fromBase64(update), origin)
      return answer(doc, false)
    },
    undoCall: ({ doc, name }) => {
      const result = managers.get(doc)[name]()
      return answer(doc, result !== null && result !== undefined)
    },
    undoPosition: ({ doc, path, index, association }) => ({
      update: toBase64(Y.encodeRelativePosition(Y.createRelativePositionFromTypeIndex(typeAt(docs.get(doc), path), index, association)))
    })
  }
}
