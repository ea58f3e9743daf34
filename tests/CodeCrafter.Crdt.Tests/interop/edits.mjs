// Random edits of the roots `text`, `map`, `array` and `xml` and of the types inside them.

/** A small repeatable generator (mulberry32). */
export const generator = seed => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6D2B79F5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  return below => Math.floor(next() * below)
}

const words = ['a', 'b', 'xyz', 'hello ', '\n', 'ß', '中文', '😀', 'a😀b', '    ', 'return x;\n']

const plainValue = random => {
  switch (random(9)) {
    case 0: return random(1000)
    case 1: return -random(1000)
    case 2: return random(1000) / 4
    case 3: return words[random(words.length)]
    case 4: return random(2) === 0
    case 5: return null
    case 6: return [random(10), 'x', [true]]
    case 7: return { b: random(10), a: { c: null } }
    default: return random(2) === 0 ? 1099511627776 + random(100) : 12345678901234567n
  }
}

// An attribute that is set already cuts the text in Yjs and tells nobody: where that falls between the halves of a
// surrogate pair, real Yjs documents differ from each other for ever.
const boundary = (text, index) => {
  let position = 0
  for (const { insert } of text.toDelta()) {
    const length = typeof insert === 'string' ? insert.length : 1
    if (index < position + length) {
      const unit = typeof insert === 'string' ? insert.charCodeAt(index - position) : 0
      return unit >= 0xDC00 && unit <= 0xDFFF ? index - 1 : index
    }
    position += length
  }
  return index
}

// Y.Array takes a BigInt, and undefined, only inside of something.
const element = value => typeof value === 'bigint' || value === undefined ? [value] : value

const attributes = random => [
  { bold: random(2) === 0 ? true : null }, { link: random(2) === 0 ? { href: 'x' + random(3) } : null }, { bold: true, color: 'red' }
][random(3)]

/** Edits of documents of one version of Yjs. */
export const editsFor = Y => {
  const xmlNode = random => {
    switch (random(3)) {
      case 0: return new Y.XmlText(words[random(words.length)])
      case 1: return new Y.XmlHook('hook' + random(2))
      default: {
        const created = new Y.XmlElement('p' + random(3))
        created.setAttribute('class', 'x' + random(3))
        created.insert(0, [new Y.XmlText('within')])
        return created
      }
    }
  }

  const anyValue = random => {
    switch (random(8)) {
      case 0: return new Y.Text(words[random(words.length)])
      case 1: return new Y.Map([['inner', random(10)], ['text', new Y.Text('deep')]])
      case 2: return Y.Array.from([random(10), 'item'])
      case 3: return new Uint8Array([random(256), random(256)])
      case 4: return random(2) === 0 ? new Y.XmlFragment() : xmlNode(random)
      case 5: return random(2) === 0 ? new Y.Doc({ guid: 'guid' + random(100), autoLoad: random(2) === 0, gc: random(2) === 0, meta: [null, { a: random(5) }][random(2)] }) : undefined
      default: return plainValue(random)
    }
  }

  /** Walks from a random root into types inside types, as far as chance takes it. */
  const target = (doc, random) => {
    let type = [doc.getText('text'), doc.getMap('map'), doc.getArray('array'), doc.getXmlFragment('xml')][random(4)]
    while (random(3) > 0) {
      const inner = type instanceof Y.Map ? Array.from(type.values()) : type instanceof Y.Array || type instanceof Y.XmlFragment ? type.toArray() : []
      const types = inner.filter(value => value instanceof Y.AbstractType)
      if (types.length === 0) break
      type = types[random(types.length)]
    }
    return type
  }

  const editText = (text, random) => {
    const length = text.length
    if (length > 0 && random(3) === 0) {
      const index = random(length)
      text.delete(index, Math.min(1 + random(5), length - index))
    } else if (length > 1 && random(4) === 0) {
      const start = boundary(text, random(length - 1))
      const end = boundary(text, start + 1 + random(length - start - 1))
      if (end > start) text.format(start, end - start, attributes(random))
    } else if (random(6) === 0) {
      text.insertEmbed(random(length + 1), random(3) === 0 ? new Y.Map([['embedded', random(5)]]) : { image: 'x' + random(10) })
    } else if (random(5) === 0) {
      text.insert(random(length + 1), words[random(words.length)], attributes(random))
    } else {
      text.insert(random(length + 1), words[random(words.length)])
    }
  }

  const editMap = (map, random) => {
    const key = 'key' + random(6)
    if (random(4) === 0) map.delete(key)
    else map.set(key, anyValue(random))
  }

  const editArray = (array, random) => {
    const length = array.length
    if (length > 0 && random(3) === 0) {
      const index = random(length)
      array.delete(index, Math.min(1 + random(3), length - index))
    } else {
      array.insert(random(length + 1), Array.from({ length: 1 + random(3) }, () => element(anyValue(random))))
    }
  }

  const editXml = (xml, random) => {
    const length = xml.length
    if (xml instanceof Y.XmlElement && random(3) === 0) {
      if (random(3) === 0) xml.removeAttribute('attribute' + random(3))
      else xml.setAttribute('attribute' + random(3), 'value' + random(9))
    } else if (length > 0 && random(3) === 0) {
      xml.delete(random(length), 1)
    } else {
      xml.insert(random(length + 1), [xmlNode(random)])
    }
  }

  const editOnce = (doc, random) => {
    const type = target(doc, random)
    if (type instanceof Y.Text) editText(type, random)
    else if (type instanceof Y.Map) editMap(type, random)
    else if (type instanceof Y.Array) editArray(type, random)
    else editXml(type, random)
  }

  return (doc, seed, count) => {
    const random = generator(seed)
    for (let i = 0; i < count; i++) {
      doc.transact(() => {
        for (let j = random(4) === 0 ? 3 : 1; j > 0; j--) editOnce(doc, random)
      })
    }
  }
}
