// How large the log of a document is before and after compaction (docs/decisions/0064): the updates of an editing trace,
// typed at a steady rate, and merged second by second as the server does. Run: node log-sizes.mjs TRACE.json.gz [EDITS_PER_SECOND]
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import * as Y from 'yjs';

const [path, rate = '5'] = process.argv.slice(2);
const { txns } = JSON.parse(gunzipSync(readFileSync(path)));
const doc = new Y.Doc();
const text = doc.getText('text');
const updates = [];
doc.on('update', (update) => updates.push(update));
for (const { patches } of txns) {
  doc.transact(() => {
    for (const [position, deleted, inserted] of patches) {
      if (deleted > 0) text.delete(position, deleted);
      if (inserted !== '') text.insert(position, inserted);
    }
  });
}

const perSecond = Number(rate);
const merged = [];
for (let i = 0; i < updates.length; i += perSecond) merged.push(Y.mergeUpdates(updates.slice(i, i + perSecond)));
const bytes = (list) => list.reduce((sum, update) => sum + update.length, 0);
// Beside its data a row has the session's id twice (36 characters in the table, 36 in the index), the sequence twice, the time,
// 16 bytes of the author, and some 15 bytes of headers.
const ROW_BYTES = 36 * 2 + 4 * 2 + 6 + 16 + 15;
const size = (list) => ((bytes(list) + list.length * ROW_BYTES) / 1e6).toFixed(1);
console.log(`| ${perSecond} edits/s | rows | bytes of updates | about, on the disk |`);
console.log('|---|---|---|---|');
console.log(`| as it was typed | ${updates.length} | ${bytes(updates)} | ${size(updates)} MB |`);
console.log(`| merged by seconds | ${merged.length} | ${bytes(merged)} | ${size(merged)} MB |`);
console.log(`| the state alone | 1 | ${Y.encodeStateAsUpdate(doc).length} | |`);
