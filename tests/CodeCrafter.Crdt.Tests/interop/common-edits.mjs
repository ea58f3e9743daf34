// Random edits in words that both Yjs and ywasm have (ywasm.mjs), of the kinds that are asked for.
import { generator } from './edits.mjs'

const ascii = ['a', 'b', 'xyz', 'hello ', '\n', '    ', 'return x;\n']
const wide = ['ß', '中文', '😀', 'a😀b']

/** What both write and read alike. */
export const bothWrite = [
  'text', 'wide', 'format', 'formatted', 'embed', 'embeddedMap', 'map', 'array', 'nested', 'json', 'undefined',
  'xml', 'attributes', 'inXml', 'xmlInside'
]

/** What Yjs writes and ywasm reads, but writes as something else, or not at all. */
export const yjsWrites = [...bothWrite, 'bytes', 'bigint', 'doc', 'docInArray']

/** What they disagree about: see ywasm-differences.mjs. */
export const differing = ['halves', 'hook', 'minusZero']

export const commonEdits = (library, kinds) => {
  const has = kind => kinds.has(kind)
  const word = random => has('wide') && random(3) === 0 ? wide[random(wide.length)] : ascii[random(ascii.length)]
  const set = random => [
    { bold: random(2) === 0 ? true : null }, { link: random(2) === 0 ? { href: 'x' + random(3) } : null }, { bold: true, color: 'red' }
  ][random(3)]

  const pick = (random, choices) => {
    const possible = choices.filter(([kind]) => kind === null || has(kind))
    return possible[random(possible.length)][1]()
  }

  const xmlNode = random => pick(random, [
    [null, () => ({ $new: 'element', name: 'p' + random(3), attributes: has('attributes') ? [['class', 'x' + random(3)]] : [], children: has('inXml') ? [{ $new: 'xmlText', text: 'within' }] : [] })],
    [null, () => ({ $new: 'xmlText', text: word(random) })],
    ['hook', () => ({ $new: 'hook', name: 'hook' + random(2) })]
  ])

  const value = (random, inArray) => pick(random, [
    [null, () => random(1000)], [null, () => -1 - random(1000)], [null, () => random(1000) / 4], [null, () => word(random)],
    [null, () => random(2) === 0], [null, () => null], [null, () => 1099511627776 + random(100)],
    ['json', () => [random(10), 'x', [true]]], ['json', () => ({ a: { c: null }, b: random(10) })],
    ['bytes', () => new Uint8Array([random(256), random(256)])],
    ['bigint', () => inArray ? [12345678901234567n] : 12345678901234567n],
    ['minusZero', () => -0],
    ['undefined', () => inArray ? [undefined] : undefined],
    ['nested', () => ({ $new: 'text', text: word(random) })],
    ['nested', () => ({ $new: 'map', entries: [['inner', random(10)], ['text', { $new: 'text', text: 'deep' }]] })],
    ['nested', () => ({ $new: 'array', items: [random(10), 'item'] })],
    ['xmlInside', () => random(2) === 0 ? { $new: 'fragment' } : xmlNode(random)],
    [inArray ? 'docInArray' : 'doc', () => ({ $new: 'doc', guid: 'guid' + random(100), autoLoad: random(2) === 0, gc: random(2) === 0, meta: [null, { a: random(5) }][random(2)] })]
  ])

  /** Not between the halves of a surrogate pair: see edits.mjs. */
  const boundary = (text, index, t, always = false) => {
    if (has('halves') && !always) return index
    let position = 0
    for (const { insert } of library.delta(text, t)) {
      const length = typeof insert === 'string' ? insert.length : 1
      if (index < position + length) {
        const unit = typeof insert === 'string' ? insert.charCodeAt(index - position) : 0
        return unit >= 0xDC00 && unit <= 0xDFFF ? index - 1 : index
      }
      position += length
    }
    return index
  }

  const edits = {
    text (text, random, t) {
      const length = library.length(text, t)
      if (length > 0 && random(3) === 0) {
        const index = boundary(text, random(length), t)
        const end = boundary(text, Math.min(index + 1 + random(5), length), t)
        if (end > index) library.deleteText(text, index, end - index, t)
      } else if (has('format') && length > 1 && random(4) === 0) {
        const start = boundary(text, random(length - 1), t, true)
        const end = boundary(text, start + 1 + random(length - start - 1), t, true)
        if (end > start) library.format(text, start, end - start, set(random), t)
      } else if (has('embed') && random(6) === 0) {
        library.insertEmbed(text, boundary(text, random(length + 1), t), { image: 'x' + random(10) }, t)
      } else if (has('embeddedMap') && random(6) === 0) {
        library.insertEmbed(text, boundary(text, random(length + 1), t), { $new: 'map', entries: [['embedded', random(5)]] }, t)
      } else if (has('formatted') && random(5) === 0) {
        library.insertText(text, boundary(text, random(length + 1), t), word(random), set(random), t)
      } else {
        library.insertText(text, boundary(text, random(length + 1), t), word(random), undefined, t)
      }
    },
    map (map, random, t) {
      const key = 'key' + random(6)
      if (random(4) === 0) library.remove(map, key, t)
      else library.set(map, key, value(random, false), t)
    },
    array (array, random, t) {
      const length = library.length(array, t)
      if (length > 0 && random(3) === 0) {
        const index = random(length)
        library.delete(array, index, Math.min(1 + random(3), length - index), t)
      } else {
        library.insert(array, random(length + 1), Array.from({ length: 1 + random(3) }, () => value(random, true)), t)
      }
    },
    element (element, random, t) {
      if (!has('attributes') || random(3) > 0) edits.xml(element, random, t)
      else if (random(3) === 0) library.removeAttribute(element, 'attribute' + random(3), t)
      else library.setAttribute(element, 'attribute' + random(3), 'value' + random(9), t)
    },
    xml (xml, random, t) {
      const length = library.length(xml, t)
      if (length > 0 && random(3) === 0) library.delete(xml, random(length), 1, t)
      else library.insertNode(xml, random(length + 1), xmlNode(random), t)
    }
  }

  const target = ({ roots }, random, t) => {
    const possible = roots.filter((_, i) => has(['text', 'map', 'array', 'xml'][i]))
    let type = possible[random(possible.length)]
    while (random(3) > 0) {
      const types = library.childrenOf(type, t).filter(child => library.kindOf(child) !== null)
      if (types.length === 0) break
      type = types[random(types.length)]
    }
    return type
  }

  return (doc, seed) => {
    const random = generator(seed)
    library.transact(doc, t => {
      for (let i = random(4) === 0 ? 3 : 1; i > 0; i--) {
        const type = target(doc, random, t)
        edits[library.kindOf(type)](type, random, t)
      }
    })
  }
}
