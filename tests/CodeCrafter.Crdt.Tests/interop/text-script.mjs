// Random operations on one formatted text, told step by step so that another implementation can do the same.
import { generator } from './edits.mjs'

const words = ['a', 'bc', 'xyz', 'hello ', '\n', 'ß', '中文', '😀', 'a😀b']

const attributes = random => {
  const result = {}
  for (let i = 1 + random(2); i > 0; i--) {
    const key = ['bold', 'italic', 'link', 'color'][random(4)]
    result[key] = random(3) === 0
      ? null
      : { bold: true, italic: random(2) === 0, link: { href: 'x' + random(2) }, color: ['red', { deep: { er: random(2) } }, [1, 'a'], 0.1 + random(2)][random(4)] }[key]
  }
  return result
}

const embed = random => [{ image: 'x' + random(10), width: 1e21 }, { list: [1, null, '\u2028"\\\u0001'] }, 5][random(3)]

const step = (text, random) => {
  const index = random(text.length + 1)
  const length = random(text.length - index + 1)
  switch (random(10)) {
    case 0: case 1: return { kind: 'insert', index, text: words[random(words.length)] }
    case 2: return { kind: 'insertWith', index, text: words[random(words.length)], attributes: attributes(random) }
    case 3: return { kind: 'embed', index, embed: embed(random), attributes: random(2) === 0 ? attributes(random) : {} }
    case 4: return { kind: 'delete', index, length: Math.min(length, 1 + random(6)) }
    case 5: return {
      kind: 'delta',
      delta: [
        { retain: random(text.length + 2), ...(random(2) === 0 ? { attributes: attributes(random) } : {}) },
        ...(random(2) === 0 ? [{ insert: words[random(words.length)], attributes: attributes(random) }] : []),
        ...(text.length > 0 && random(2) === 0 ? [{ delete: 1 + random(4) }] : []), // Yjs cannot delete from an empty text
        ...(random(3) === 0 ? [{ insert: embed(random) }] : [])
      ]
    }
    default: return { kind: 'format', index, length, attributes: attributes(random) }
  }
}

// A copy: Yjs puts what it needs into the objects that it is given.
const copy = value => JSON.parse(JSON.stringify(value))

/** Performs one step on a text. */
export const perform = (text, { kind, index, length, text: inserted, embed, attributes, delta }) => {
  switch (kind) {
    case 'insert': return text.insert(index, inserted)
    case 'insertWith': return text.insert(index, inserted, copy(attributes))
    case 'embed': return text.insertEmbed(index, copy(embed), copy(attributes))
    case 'delete': return text.delete(index, length)
    case 'delta': return text.applyDelta(copy(delta))
    default: return text.format(index, length, copy(attributes))
  }
}

/** Performs random steps and returns them, each with the update that it emitted and the text afterwards. */
export const runTextScript = (doc, seed, count) => {
  const random = generator(seed)
  const text = doc.getText('text')
  const steps = []
  for (let i = 0; i < count; i++) {
    const told = step(text, random)
    doc.emitted = []
    perform(text, told)
    steps.push({ step: told, updates: doc.emitted, delta: text.toDelta() })
  }
  doc.emitted = []
  return steps
}

/** Performs these steps as one transaction. */
export const runTextSteps = (doc, steps) => {
  doc.emitted = []
  doc.transact(() => steps.forEach(step => perform(doc.getText('text'), step)))
  return doc.emitted
}
