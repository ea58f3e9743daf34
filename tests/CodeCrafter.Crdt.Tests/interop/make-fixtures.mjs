// Writes the frozen updates that FixtureTests read: node make-fixtures.mjs > ../Fixtures/yjs-<version>.json
// They stay as they are when Yjs is updated; a new version gets a file of its own.
//
// Those of an old version are written by it: npm install --prefix FOLDER yjs@VERSION, then
//   node make-fixtures.mjs FOLDER/node_modules/yjs > ../Fixtures/yjs-VERSION.json
// With ../Fixtures/yjs-VERSION.json as another argument, what that file lacks is made of the updates that it has.
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { editsFor } from './edits.mjs'

const folder = resolve(process.argv[2] ?? join(import.meta.dirname, 'node_modules', 'yjs'))
const { version, module } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
const Y = await import(pathToFileURL(join(folder, module)))
const minor = Number(version.split('.')[1])
const randomEdits = editsFor(Y)

const list = values => {
  const array = new Y.Array()
  array.insert(0, values)
  return array
}

// What a version does not have yet is not written by it; before 13.5 the clients of an update came in another order.
const since = { subdocuments: 4, 'two clients at once': 5, 'something that waits': 5, 'random edits by three clients': 6 }

const toBase64 = bytes => Buffer.from(bytes).toString('base64')

const doc = (clientId, options) => {
  const created = new Y.Doc(options)
  created.clientID = clientId
  return created
}

const scenarios = {
  empty: () => doc(1),
  text: () => {
    const d = doc(1)
    const text = d.getText('text')
    text.insert(0, 'Hello world')
    text.delete(3, 4)
    text.insert(3, 'p, w😀')
    return d
  },
  'text with attributes and embedded objects': () => {
    const d = doc(4294967295)
    const text = d.getText('text')
    text.insert(0, 'plain bold plain')
    text.format(6, 4, { bold: true, link: { href: 'https://example.org/\u2028"' } })
    text.insertEmbed(3, { image: 'a.png', width: 3.5 })
    text.insert(8, 'in', { italic: true })
    return d
  },
  'array of all values': () => {
    const d = doc(9007199254740991)
    d.getArray('array').insert(0, [
      0, -1, 63, 64, -64, 2147483647, 2147483648, -2147483648, 1.5, 0.1, 1e300, true, false, ...(minor >= 5 ? [null] : []), '', 'text', 'ß中😀',
      [], {}, [1, [2, [3]]], { a: { b: [null] } }, new Uint8Array([0, 255]), new Uint8Array(0)
    ])
    if (minor >= 6) d.getMap('map').set('bigint', -9223372036854775808n)
    if (minor >= 5) d.getMap('map').set('undefined', undefined)
    d.getMap('map').set('nan', [NaN, Infinity, -0])
    return d
  },
  'map with history': () => {
    const d = doc(7)
    const map = d.getMap('map')
    for (let i = 0; i < 5; i++) map.set('key', i)
    map.set('gone', 'x')
    map.delete('gone')
    map.set('', 'empty key')
    return d
  },
  'nested types': () => {
    const d = doc(300)
    const inner = new Y.Map([['text', new Y.Text('inner')], ['list', list([1, new Y.Map()])]])
    d.getMap('map').set('inner', inner)
    d.getArray('array').insert(0, [new Y.Text('in an array'), new Y.Array()])
    d.getMap('map').set('removed', new Y.Map([['a', new Y.Text('collected')], ['b', list([1, 2])]]))
    d.getMap('map').delete('removed')
    return d
  },
  'nested types not collected': () => {
    const d = doc(300, { gc: false })
    d.getMap('map').set('removed', new Y.Map([['a', new Y.Text('kept')], ['b', list([1, 2])]]))
    d.getMap('map').delete('removed')
    d.getText('text').insert(0, 'abcdef')
    d.getText('text').delete(1, 3)
    return d
  },
  xml: () => {
    const d = doc(5)
    const element = new Y.XmlElement('p')
    element.setAttribute('class', 'x')
    // Later versions cannot read the hooks of 13.0.
    const text = new Y.XmlText('words')
    element.insert(0, [text, new Y.XmlElement('br'), ...(minor >= 4 ? [new Y.XmlHook('hook')] : [])])
    text.format(0, 2, { b: true })
    d.getXmlFragment('xml').insert(0, [element])
    return d
  },
  subdocuments: () => {
    const d = doc(6)
    d.getMap('map').set('sub', new Y.Doc({ guid: 'the-guid', meta: { a: 1 }, autoLoad: true }))
    d.getArray('array').insert(0, [new Y.Doc({ guid: 'other', gc: false })])
    return d
  },
  'two clients at once': () => {
    const a = doc(10)
    const b = doc(20)
    a.getText('text').insert(0, 'aaa')
    b.getText('text').insert(0, 'bbb')
    Y.applyUpdate(a, Y.encodeStateAsUpdate(b))
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a))
    a.getText('text').insert(3, 'A')
    b.getText('text').insert(3, 'B')
    b.getText('text').delete(1, 4)
    a.getMap('map').set('k', 'a')
    b.getMap('map').set('k', 'b')
    Y.applyUpdate(a, Y.encodeStateAsUpdate(b))
    return a
  },
  'random edits by three clients': () => {
    const docs = [doc(1), doc(2), doc(3)]
    for (let round = 0; round < 8; round++) {
      docs.forEach((d, i) => randomEdits(d, round * 10 + i, 4))
      const from = docs[round % 3]
      docs.forEach(d => Y.applyUpdate(d, Y.encodeStateAsUpdate(from, Y.encodeStateVector(d))))
    }
    docs.slice(1).forEach(d => Y.applyUpdate(docs[0], Y.encodeStateAsUpdate(d)))
    return docs[0]
  },
  'something that waits': () => {
    const a = doc(40)
    const updates = []
    a.on('update', update => updates.push(update))
    for (const word of ['one ', 'two ', 'three ', 'four ']) a.getText('text').insert(0, word)
    a.getText('text').delete(0, 3)
    const b = doc(41)
    for (const index of [0, 2, 4]) Y.applyUpdate(b, updates[index])
    return b
  }
}

const kept = process.argv[3] && JSON.parse(readFileSync(process.argv[3], 'utf8'))
const fixtureOf = (name, made) => ({
  name,
  update: toBase64(Y.encodeStateAsUpdate(made)),
  vector: toBase64(Y.encodeStateVector(made)),
  isPending: (made.store.pendingStructs ?? null) !== null || (made.store.pendingDs ?? null) !== null,
  // Before 13.4 there was one format.
  ...(minor >= 4 && {
    updateV2: toBase64(Y.encodeStateAsUpdateV2(made)),
    snapshot: toBase64(Y.encodeSnapshot(Y.snapshot(made))),
    snapshotV2: toBase64(Y.encodeSnapshotV2(Y.snapshot(made)))
  })
})

const again = fixture => {
  const made = doc(0, { gc: false })
  Y.applyUpdate(made, Buffer.from(fixture.update, 'base64'))
  return { ...fixtureOf(fixture.name, made), ...fixture }
}

const fixtures = kept?.map(again) ?? Object.entries(scenarios)
  .filter(([name]) => minor >= (since[name] ?? 0)).map(([name, make]) => fixtureOf(name, make()))
process.stdout.write(JSON.stringify(fixtures, null, 2) + '\n')
